import type { Stream } from '../catalog/types.ts';

/** Columns that an incremental read can go by, best first. */
const cursorColumns = ['modifiedon', 'versionnumber'] as const;

/** A column that can serve as replication key. */
export type CursorColumn = (typeof cursorColumns)[number];

/** The stream's columns that can serve as replication key, best first. */
export function validCursors(stream: Stream): readonly CursorColumn[] {
  return cursorColumns.filter((cursor) =>
    stream.columns.some((column) => column.name === cursor && column.origin === 'value'),
  );
}

/**
 * Whether change tracking may serve the stream, so that deletes can be seen. A server that did not say counts as yes:
 * delete markers that stay empty do no harm, markers that are missing lose deletes.
 */
export function mayTrackChanges(stream: Stream): boolean {
  return stream.table.changeTracking !== false && stream.table.kind !== 'virtual';
}

/** Whether anything but a full read can serve the stream. */
export function canBeIncremental(stream: Stream): boolean {
  return mayTrackChanges(stream) || validCursors(stream).length > 0;
}
