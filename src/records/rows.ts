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

/**
 * Rows whose column `key` is below `from`, or not below `before`, are left out; those without a value there stay. All are
 * text that sorts as it means (dates).
 */
export interface Bounds {
  readonly key: string;
  readonly from?: string;
  readonly before?: string;
}

/** What a caller wants beside the lines, settled (see `FrameOptions`). */
export interface Wishes {
  readonly keys: boolean;
  readonly bounds: Bounds | undefined;
  readonly pool: Pool;
}
