import type { ConnectorError } from '../core/errors.ts';
import type { Stream, StreamColumn } from './types.ts';

/**
 * The column that a query named and the table no longer has, as the server's refusal tells it (code 0x0 or 0x80060888,
 * status 400); undefined when the error says something else. The server names one at a time.
 */
export function vanishedColumn(error: ConnectorError): string | undefined {
  const { details, message } = error;
  if (details.status !== undefined && details.status !== 400) return undefined;
  return /Could not find a property named '([^']+)' on type/.exec(message)?.[1];
}

/**
 * The columns to ask for once `names` (wire names) are gone: those, and the labels and types that hang on them, are left
 * out of the query. The shape of the rows stays: a destination has been promised the columns, so they go out as null.
 * Undefined when the key is gone: then nothing can be read.
 */
export function withoutColumns(
  columns: readonly StreamColumn[],
  names: ReadonlySet<string>,
): readonly StreamColumn[] | undefined {
  const left = columns.filter(({ column }) => !names.has(column.name));
  return columns.some((column) => column.key && names.has(column.column.name)) ? undefined : left;
}

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
