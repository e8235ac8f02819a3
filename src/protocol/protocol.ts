import type { Selection, Stream } from '../catalog/types.ts';
import type { ConnectorError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { Frame } from '../records/types.ts';

/** A stream's state as sync writes and reads it: a flat JSON object, the same in both protocols (docs/state.md). */
export type StreamState = JsonObject;

/** A state file, taken apart. `rest` is what belongs to nobody here and is handed back unchanged. */
export interface ParsedState {
  readonly streams: ReadonlyMap<string, StreamState>;
  readonly rest: JsonObject;
  /** The stream that an interrupted run was at: it goes first (Singer `currently_syncing`). */
  readonly first?: string;
}

/** Switches from the configuration that shape catalogs. Where they are not given, deletes are on. */
export interface CatalogOptions {
  readonly deletes: boolean;
}

/** A catalog file, taken apart against what the environment has. */
export interface ParsedCatalog {
  readonly selections: readonly Selection[];
  /** Streams that were asked for and that the environment does not have, with the catalog's schema for them. */
  readonly missing: readonly MissingStream[];
  /** Human-readable remarks: columns that vanished, deselected delete markers. */
  readonly warnings: readonly string[];
}

/** A selected stream whose table is not there: it ends with 0 records and success. `schema` is the catalog's own. */
export interface MissingStream {
  readonly name: string;
  readonly schema: JsonObject;
  readonly key: readonly string[];
}

/** Why a stream waits. */
export interface Waiting {
  readonly seconds: number;
  readonly until: Date;
}

/**
 * The messages of one run, in one protocol. Each function returns whole output lines (possibly none) and keeps no
 * reference to its arguments. The engine writes them in the order it asks for them.
 */
export interface Messages {
  /** Before anything else of the run (Singer: the state given, if any). */
  begin(): Buffer;
  /** First message of a stream. Singer SCHEMA; Airbyte STREAM_STATUS STARTED (and an ESTIMATE when `estimate` is known). */
  started(stream: string, estimate: number | undefined): Buffer;
  /** When the first record is about to be written, and once for an empty stream. Airbyte RUNNING. */
  running(stream: string): Buffer;
  /** Frame of the rows extracted at `at`; `version` is set while a full load with ACTIVATE_VERSION runs. */
  frame(stream: string, at: Date, version: number | undefined): Frame;
  /** Lines of deleted rows, one an id. May be empty where tombstones are switched off. `lines` says how many were made. */
  tombstones(
    stream: string,
    ids: readonly string[],
    at: Date,
  ): { readonly bytes: Buffer; readonly lines: number };
  /** After the last record of a full load (Singer ACTIVATE_VERSION when it is on); empty elsewhere. */
  loaded(stream: string, version: number): Buffer;
  /** A state that covers all rows of the stream written so far; `records` is the number since its previous state. Empty if equal to the last one. */
  state(stream: string, state: StreamState, records: number): Buffer;
  /** Last message of a stream that is complete. */
  complete(stream: string): Buffer;
  /** A stream that failed: Airbyte ERROR trace and INCOMPLETE (config errors are held back until `end`). */
  failed(stream: string, error: ConnectorError): Buffer;
  /** The service makes us wait. Airbyte RUNNING with reason RATE_LIMITED. */
  waiting(stream: string, waiting: Waiting): Buffer;
  /** After all streams. Singer: the final STATE with `currently_syncing: null`; Airbyte: traces held back, and the summary. */
  end(errors: ReadonlyMap<string, ConnectorError>): Buffer;
}

/** Options of a run that shape messages. */
export interface MessageOptions {
  readonly selections: readonly Selection[];
  readonly missing: readonly MissingStream[];
  readonly state: ParsedState;
  /** Switches from the configuration. */
  readonly deletes: boolean;
  readonly activateVersion: boolean;
  /** Milliseconds since 1970, for messages that carry the time of their making; the system's clock by default. */
  readonly now?: () => number;
}

/** What both protocols do. Nothing outside `protocol/` knows which of them is spoken. */
export interface Protocol {
  readonly name: 'singer' | 'airbyte';
  /** The catalog message for `discover`: whole lines. */
  catalog(streams: readonly Stream[], options?: CatalogOptions): Buffer;
  /** Stream names in a catalog file, before discovery, so that only those tables are asked for. Throws `config` errors. */
  streamNames(catalog: unknown): readonly string[];
  /** Reads a catalog file. Throws `config` errors that name the stream. */
  parseCatalog(catalog: unknown, streams: readonly Stream[], options?: CatalogOptions): ParsedCatalog;
  /** Without a catalog (Singer only): every default stream with all columns. */
  defaultSelections(streams: readonly Stream[]): readonly Selection[];
  /**
   * Reads a state file: its text, or what `JSON.parse` made of it (text is better: Singer state logs have several lines).
   * Throws one `config` error that names the stream.
   */
  parseState(state: unknown): ParsedState;
  messages(options: MessageOptions): Messages;
  /** Result of `check`: the line to print, and the exit code. */
  checkResult(outcome: CheckOutcome): { readonly bytes: Buffer; readonly exitCode: number };
  /** The `spec` message. */
  spec(schema: JsonObject): Buffer;
  /** A failure outside of streams: Airbyte ERROR trace; Singer nothing (the log has it). */
  fatal(error: ConnectorError): Buffer;
  /** A log that writes with `write`: to stdout as LOG messages (Airbyte), or to stderr (Singer). */
  log(write: LogWriter): Log;
}

/** Where log lines go. */
export interface LogWriter {
  readonly stdout: (lines: Buffer) => void;
  readonly stderr: (lines: Buffer) => void;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'plain' | 'json';
}

/** Outcome of `check`. */
export type CheckOutcome =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly error: ConnectorError };
