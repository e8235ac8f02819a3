import type { JsonObject } from '../core/json.ts';
import type { Column, Table } from '../dataverse/metadata/types.ts';
import type { Transform } from '../records/types.ts';

/** Type of a value on output; each protocol renders it as JSON Schema (docs/types.md). */
export type ValueType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamp_naive'
  | 'integer_array'
  | 'managed_property';

/**
 * Where an output column's value comes from: the column itself, one of its annotations, or the file that the column
 * names (`content`, base64).
 */
export type Origin = 'value' | 'type' | 'label' | 'content';

/** A column of a stream. `name` is `[A-Za-z0-9_]`, at most 62 bytes, unique in its stream ignoring case. */
export interface StreamColumn {
  readonly name: string;
  readonly column: Column;
  readonly origin: Origin;
  /** Member of the row on the wire that holds the value. */
  readonly wire: string;
  readonly transform: Transform;
  readonly type: ValueType;
  /** Part of the primary key: always selected, never null. */
  readonly key: boolean;
}

/** A table as a stream. `name` is the entity set name lower-cased to `[a-z0-9_]`. */
export interface Stream {
  readonly name: string;
  readonly table: Table;
  readonly columns: readonly StreamColumn[];
  /** Output names of the key columns, in order. */
  readonly key: readonly string[];
  /** Read when nobody selects: one of the 20 standard tables, or a table that the configuration names by itself. */
  readonly standard: boolean;
  /** Set for the one stream that is no table: rows are the options of choice columns, out of metadata (choices.ts). */
  readonly source?: 'choices';
}

/** What a destination wants of a stream. `full`: everything each time; `incremental`: what changed, by the best strategy. */
export type ReadMode = 'full' | 'incremental';

/** A stream that a catalog selected, with the columns that it selected (key columns always among them). */
export interface Selection {
  readonly stream: Stream;
  readonly columns: readonly StreamColumn[];
  readonly mode: ReadMode;
  /** The strategy that the catalog asks for by replication key or method, when it does. */
  readonly strategy?: 'change_tracking' | 'modifiedon' | 'versionnumber';
  /** The stream's JSON Schema as the catalog file has it, after selection. Only protocol/ reads and writes it. */
  readonly schema?: JsonObject;
}
