import type { Column, Table } from '../schema/types.ts';
import { guidOf, isGuid } from './guid.ts';
import { permutation } from './permutation.ts';
import { fraction, mix, saltOf } from './random.ts';
import type { Value } from './values.ts';

/** A row as reads see it; values are looked up by the column's wire name. */
export interface Row {
  /** Lower-case guid. */
  readonly key: string;
  readonly value: (name: string) => Value;
}

/** A generated row knows its place, which recipes start from. */
export interface GeneratedRow extends Row {
  readonly index: number;
  /** Its place in key order. */
  readonly rank: number;
}

/** The columns whose values grow with the index of a generated row, so that ranges of them need no search. */
export type RisingColumn = 'createdon' | 'modifiedon' | 'versionnumber';

/**
 * The rows that a table has before anybody changes one. Nothing is stored: the key is a function of the rank in key order,
 * rank and index are joined by a permutation, dates and versions rise with the index.
 */
export interface GeneratedRows {
  readonly count: number;
  /** The rank is worked out where it is not given; a row beyond the last has none, and no key but the one that is given. */
  readonly row: (index: number, rank?: number, key?: string) => GeneratedRow;
  readonly key: (index: number) => string;
  readonly find: (key: string) => number | undefined;
  /** Index of the row that stands at this rank in key order. */
  readonly atRank: (rank: number) => number;
  /** First rank whose key may be at or after a guid in SQL order (`sqlOrder` text). */
  readonly rankOf: (order: string) => number;
  readonly rising: (column: RisingColumn, index: number) => number;
}

/** Makes the value of a column for a generated row. */
export type Maker = (row: GeneratedRow) => Value;

export interface GeneratedOptions {
  /** The table as of now: schema edits add columns. */
  readonly table: () => Table;
  readonly count: number;
  readonly seed: number;
  /** Epoch milliseconds of the first and of the last moment of the past that the rows fill. */
  readonly from: number;
  readonly to: number;
  /** Row versions are `versionStart + index * versionStep`. */
  readonly versionStart: number;
  readonly versionStep: number;
  readonly maker: (column: Column) => Maker;
}

/** Tables up to this size keep their keys: lookups to them are written again and again. */
const keptKeys = 20_000;
const nodes = 2 ** 48;
const day = 86_400_000;

export function generatedRows(options: GeneratedOptions): GeneratedRows {
  const { count, from, to } = options;
  const salt = saltOf(`${options.seed}/${options.table().logicalName}`);
  const order = permutation(Math.max(count, 1), salt);
  const step = nodes / Math.max(count, 1);
  const known = new Array<string | undefined>(count <= keptKeys ? count : 0);
  const keyAtRank = (rank: number): string => {
    const kept = known[rank];
    if (kept !== undefined) return kept;
    const within = 0.1 + 0.8 * fraction(mix(salt + 7, rank));
    const made = guidOf(salt, rank, Math.floor((rank + within) * step));
    if (count <= keptKeys) known[rank] = made;
    return made;
  };
  const part = (index: number): number => (index + fraction(mix(salt + 11, index))) / count;
  const rising = (column: RisingColumn, index: number): number => {
    if (column === 'versionnumber') return options.versionStart + index * options.versionStep;
    const lead = column === 'createdon' ? Math.min(2 * day, (to - from) / 2) : 0;
    return Math.floor(from + part(index) * (to - from - lead));
  };
  const makers = new Map<string, Maker>();
  const makerFor = (name: string): Maker | undefined => {
    const known = makers.get(name);
    if (known !== undefined) return known;
    const column = options.table().columns.find((each) => each.name === name);
    if (column === undefined) return undefined;
    const made = options.maker(column);
    makers.set(name, made);
    return made;
  };
  const key = (index: number): string => keyAtRank(order.back(index));

  // An accessor in an object literal is made anew for each row and costs more than all else; on a prototype it costs nothing.
  class PlacedRow implements GeneratedRow {
    readonly index: number;
    #rank: number | undefined;
    #key: string | undefined;
    constructor(index: number, rank: number | undefined, key: string | undefined) {
      this.index = index;
      this.#rank = rank;
      this.#key = key;
    }
    get rank(): number {
      this.#rank ??= order.back(this.index);
      return this.#rank;
    }
    get key(): string {
      this.#key ??= keyAtRank(this.rank);
      return this.#key;
    }
    value(name: string): Value {
      return makerFor(name)?.(this) ?? null;
    }
  }
  const row = (index: number, rank?: number, key?: string): GeneratedRow => new PlacedRow(index, rank, key);

  return {
    count,
    row,
    key,
    rising,
    atRank: order.forward,
    rankOf: (text) => Math.max(0, Math.floor(Number.parseInt(text.slice(0, 12), 16) / step) - 1),
    find: (text) => {
      if (!isGuid(text) || count === 0) return undefined;
      const rank = Math.min(count - 1, Math.floor(Number.parseInt(text.slice(24), 16) / step));
      return keyAtRank(rank) === text.toLowerCase() ? order.forward(rank) : undefined;
    },
  };
}
