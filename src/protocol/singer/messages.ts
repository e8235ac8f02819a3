import type { Selection } from '../../catalog/types.ts';
import { mayTrackChanges } from '../cursors.ts';
import { line, nothing } from '../lines.ts';
import type { MessageOptions, Messages, MissingStream } from '../protocol.ts';
import { bookmarkProperties } from './replication.ts';
import { deleteColumnsOf, streamSchema, withDeleteColumns } from './schema.ts';
import { bookmarksFrom } from './state.ts';

/** The messages of one Singer run: SCHEMA, RECORD, STATE and ACTIVATE_VERSION (Singer specification, SPEC.md). */
export function singerMessages(options: MessageOptions): Messages {
  const selections = new Map(options.selections.map((selection) => [selection.stream.name, selection]));
  const missing = new Map(options.missing.map((stream) => [stream.name, stream]));
  const bookmarks = bookmarksFrom(options.state);
  const open = new Set<string>();
  const versions = new Map<string, number>();
  let lastState = '';

  const state = (currentlySyncing: string | null): Buffer => {
    const text = bookmarks.text(currentlySyncing);
    if (text === lastState) return nothing;
    lastState = text;
    return Buffer.from(`{"type":"STATE","value":${text}}\n`);
  };
  /** Where tracking was switched off, the run that notices tells the deletes once more: its state is of change tracking. */
  const isTracked = ({ stream }: Selection): boolean =>
    mayTrackChanges(stream) || options.state.streams.get(stream.name)?.['strategy'] === 'change_tracking';
  const deleteColumns = (stream: string): readonly string[] => {
    const selection = selections.get(stream);
    if (selection === undefined || !options.deletes) return [];
    return Object.keys(deleteColumnsOf(selection.stream, isTracked(selection)));
  };

  return {
    begin: () =>
      Object.keys(options.state.rest).length === 0 ? nothing : state(options.state.first ?? null),
    started(stream) {
      open.add(stream);
      const selection = selections.get(stream);
      const schema =
        selection === undefined
          ? undefined
          : selectionSchema(selection, options.deletes && isTracked(selection));
      return schema === undefined ? missingSchema(missing.get(stream)) : line(schema);
    },
    running: () => nothing,
    frame(stream, at, version) {
      if (version !== undefined) versions.set(stream, version);
      const live = deleteColumns(stream).map((name) => `,"${name}":${liveValues[name]}`);
      return {
        before: Buffer.from(`{"type":"RECORD","stream":${JSON.stringify(stream)},"record":{`),
        after: Buffer.from(`${live.join('')}}${recordEnd(at, version)}`),
      };
    },
    tombstones(stream, ids, at) {
      const columns = deleteColumns(stream);
      const key = selections.get(stream)?.stream.key[0];
      if (key === undefined || columns.length === 0) return { bytes: nothing, lines: 0 };
      const before = `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":{${JSON.stringify(key)}:`;
      const marks = columns.map(
        (name) => `,"${name}":${name === 'is_deleted' ? 'true' : JSON.stringify(at.toISOString())}`,
      );
      const after = `${marks.join('')}}${recordEnd(at, versions.get(stream))}`;
      const lines = ids.map((id) => before + JSON.stringify(id) + after);
      return { bytes: Buffer.from(lines.join('')), lines: lines.length };
    },
    loaded(stream, version) {
      versions.delete(stream);
      return options.activateVersion ? line({ type: 'ACTIVATE_VERSION', stream, version }) : nothing;
    },
    state(stream, next) {
      bookmarks.set(stream, next);
      return state(stream);
    },
    complete(stream) {
      open.delete(stream);
      return nothing;
    },
    failed(stream) {
      open.delete(stream);
      return nothing;
    },
    waiting: () => nothing,
    // A run that was stopped leaves its unfinished stream named, so that the next run begins with it.
    end: () => state([...open][0] ?? null),
  };
}

/**
 * What rows that are there say in the delete columns. Written out, since `where not is_deleted` would miss them if it were null.
 */
const liveValues: Readonly<Record<string, string>> = { _sdc_deleted_at: 'null', is_deleted: 'false' };

function recordEnd(at: Date, version: number | undefined): string {
  return `,"time_extracted":"${at.toISOString()}"${version === undefined ? '' : `,"version":${version}`}}\n`;
}

function selectionSchema(selection: Selection, tellsDeletes: boolean): object {
  const schema = selection.schema ?? streamSchema(selection.columns);
  const bookmarks = bookmarkProperties(selection);
  return {
    type: 'SCHEMA',
    stream: selection.stream.name,
    schema: tellsDeletes ? withDeleteColumns(schema, selection.stream, true) : schema,
    key_properties: selection.stream.key,
    ...(bookmarks.length === 0 ? {} : { bookmark_properties: bookmarks }),
  };
}

function missingSchema(stream: MissingStream | undefined): Buffer {
  if (stream === undefined) return nothing;
  return line({ type: 'SCHEMA', stream: stream.name, schema: stream.schema, key_properties: stream.key });
}
