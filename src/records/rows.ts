import type { Pool } from '../core/pool.ts';
import type { Bounds } from './bounds.ts';

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

/** What a caller wants beside the lines, settled (see `FrameOptions`). */
export interface Wishes {
  readonly keys: boolean;
  readonly bounds: Bounds | undefined;
  readonly pool: Pool;
}
