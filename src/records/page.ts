import { isUtf8 } from 'node:buffer';
import { ConnectorError } from '../core/errors.ts';
import { readHead, readTail } from './envelope.ts';
import { createPool, type Pool } from './pool.ts';
import { rewriteRows } from './rewrite.ts';
import type { Bounds } from './rows.ts';
import { textOf } from './scan.ts';
import { spliceRows } from './splice.ts';
import type { Frame, FramedPage, RowShape } from './types.ts';

/** What a caller may ask of a page beside its lines. */
export interface FrameOptions {
  /** Collect the rows' keys, 16 bytes each. */
  readonly keys?: boolean;
  /** Deleted rows may be among the rows: the page answers a delta link. Pages whose context says so are recognised anyway. */
  readonly expectDeleted?: boolean;
  /**
   * Leave out rows outside these bounds (an anchor date where the service cannot filter; the end of a range that was
   * divided after the question was asked). Their keys are collected all the same.
   */
  readonly bounds?: Bounds | undefined;
  /** Where the memory of the lines comes from; give them back to it when they have been written. Default: fresh memory. */
  readonly pool?: Pool;
}

const fresh = createPool(0);

/**
 * Turns a page, whole and decompressed, into output lines. No row becomes a JavaScript object and no number is parsed:
 * what is not renamed, dropped, transformed or repaired leaves byte for byte. The lines are new memory; nothing of the
 * result refers to `page`.
 *
 * A member that occurs twice in a row occurs twice in its line too, where readers take the last one.
 *
 * @throws ConnectorError `protocol` when the page is malformed, cut off, not UTF-8 or without rows; never a part of a page.
 */
export function framePage(
  page: Buffer,
  shape: RowShape,
  frame: Frame,
  options: FrameOptions = {},
): FramedPage {
  if (!isUtf8(page)) {
    throw new ConnectorError(
      'protocol',
      "The service's answer is not UTF-8. A proxy on the way may be changing answers.",
    );
  }
  const text = textOf(page);
  const { start, envelope } = readHead(text);
  const { keys = false, expectDeleted = false, bounds, pool = fresh } = options;
  const wishes = { keys, bounds, pool };
  const scan = expectDeleted || bounds !== undefined || envelope.delta || envelope.annotated;
  const spliced = scan ? undefined : spliceRows(text, start, shape, frame, wishes);
  const { end, ...rows } = spliced ?? rewriteRows(text, start, shape, frame, wishes);
  readTail(text, end, envelope);
  const { nextLink, deltaLink, delta, metadataVersion } = envelope;
  return {
    ...rows,
    nextLink,
    deltaLink,
    delta,
    metadataVersion,
    path: spliced === undefined ? 'rewrite' : 'splice',
  };
}
