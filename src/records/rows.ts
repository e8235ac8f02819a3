import type { Pool } from './pool.ts';

/** Rows that were framed, by either path. `end` is the index behind the array's `]`. */
export interface FramedRows {
  readonly lines: Buffer;
  readonly rows: number;
  readonly deleted: readonly string[];
  readonly lastRow: Buffer | undefined;
  readonly keys: Buffer | undefined;
  readonly repaired: number;
  readonly end: number;
}

/** One row: `row` is the index of its `{`, `[from, to)` are its members but the etag, without braces. */
export interface Cut {
  readonly row: number;
  readonly from: number;
  to: number;
}

/** Rows whose column `key` is below `value`, both text that sorts as it means (dates), are left out; those without one stay. */
export interface Floor {
  readonly key: string;
  readonly value: string;
}

/** What a caller wants beside the lines, settled (see `FrameOptions`). */
export interface Wishes {
  readonly keys: boolean;
  readonly from: Floor | undefined;
  readonly pool: Pool;
}
