import type { ReadMode, Selection, Stream } from '../../catalog/types.ts';
import { type CursorColumn, mayTrackChanges, validCursors } from '../cursors.ts';
import { type CatalogEntry, catalogError, streamMetadata } from './catalog-file.ts';

/** How a catalog wants a stream replicated, and the column that it goes by, if it says one. */
export interface Replication {
  readonly mode: ReadMode;
  readonly strategy?: NonNullable<Selection['strategy']>;
  readonly cursor?: CursorColumn;
}

/**
 * Reads method and key: the metadata that users write, then the entry's own members that Meltano writes beside it, then
 * what discovery forced. Without any of them the stream is incremental, by the best strategy.
 */
export function replicationOf(entry: CatalogEntry, stream: Stream): Replication {
  const metadata = streamMetadata(entry);
  const method =
    metadata['replication-method'] ??
    entry.own['replication_method'] ??
    metadata['forced-replication-method'];
  switch (method ?? null) {
    case 'FULL_TABLE':
      return { mode: 'full' };
    case 'LOG_BASED':
      return { mode: 'incremental', strategy: 'change_tracking' };
    case 'INCREMENTAL':
    case null:
      return incremental(entry, stream);
    default:
      throw catalogError(
        entry.name,
        `has the replication method ${JSON.stringify(method)}; choose LOG_BASED, INCREMENTAL or FULL_TABLE`,
      );
  }
}

function incremental(entry: CatalogEntry, stream: Stream): Replication {
  const wanted = streamMetadata(entry)['replication-key'] ?? entry.own['replication_key'] ?? null;
  if (wanted === null || wanted === '') return { mode: 'incremental' };
  const valid = validCursors(stream);
  const cursor = valid.find((column) => column === wanted);
  if (cursor !== undefined) return { mode: 'incremental', strategy: cursor, cursor };
  const choice = valid.length > 0 ? `choose ${valid.join(' or ')}, or` : 'it has no such column;';
  throw catalogError(
    entry.name,
    `has the replication key ${JSON.stringify(wanted)}, which cannot order its rows; ${choice} leave it out`,
  );
}

/** `bookmark_properties` of the SCHEMA message: the column that bookmarks go by, where it is one. */
export function bookmarkProperties(selection: Selection): readonly string[] {
  if (selection.mode === 'full' || selection.strategy === 'change_tracking') return [];
  if (selection.strategy !== undefined) return [selection.strategy];
  return mayTrackChanges(selection.stream) ? [] : validCursors(selection.stream).slice(0, 1);
}
