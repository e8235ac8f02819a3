import type { Stream } from './types.ts';

/** Names of the stream's columns that a catalog written earlier does not know. */
export function newColumns(stream: Stream, known: ReadonlySet<string>): string[] {
  return stream.columns.map(({ name }) => name).filter((name) => !known.has(name));
}

/**
 * Watches `@Microsoft.Dynamics.CRM.globalmetadataversion` over the pages of a run: true for the first page that bears
 * another version than the page before it. Pages without one (no annotations asked for) say nothing.
 */
export function metadataWatch(): (version: string | undefined) => boolean {
  let last: string | undefined;
  return (version) => {
    const changed = version !== undefined && last !== undefined && version !== last;
    last = version ?? last;
    return changed;
  };
}
