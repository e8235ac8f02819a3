import { isUtf8 } from 'node:buffer';
import { ConnectorError } from '../core/errors.ts';
import { noPool, type Pool } from '../core/pool.ts';
import type { Bounds } from './bounds.ts';
import { readHead, readTail } from './envelope.ts';
import { rewriteRows } from './rewrite.ts';
import type { FramedRows } from './rows.ts';
import { textOf } from './scan.ts';
import { peekLastRow, spliceRows } from './splice.ts';
import type { Frame, FramedPage, RowShape } from './types.ts';

/** What a caller may ask of a page beside its lines. */
export interface FrameOptions {
  /** Collect the rows' keys, 16 bytes each. */
  readonly keys?: boolean;
  /** Deleted rows may be among the rows: the page answers a delta link. Pages whose context says so are recognised anyway. */
  readonly expectDeleted?: boolean;
  /**
   * Leave out rows outside these bounds (an anchor date where the service cannot filter; the end of a range that was
   * divided after the question was asked). Their keys are collected all the same. A function is asked when the page's
   * last row is known, before any line is made.
   */
  readonly bounds?: Bounds | ((lastRow: Buffer | undefined) => Bounds | undefined) | undefined;
  /** Where the memory of the lines comes from; give them back to it when they have been written. Default: fresh memory. */
  readonly pool?: Pool;
}

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
  const { keys = false, expectDeleted = false, bounds, pool = noPool } = options;
  const mayHoldDeleted = expectDeleted || envelope.delta || envelope.annotated;
  const frameWithin = (within: Bounds | undefined) => {
    const wishes = { keys, bounds: within, pool };
    const spliced = mayHoldDeleted ? undefined : spliceRows(text, start, shape, frame, wishes);
    const path: FramedPage['path'] = spliced === undefined ? 'rewrite' : 'splice';
    return { ...(spliced ?? rewriteRows(text, start, shape, frame, wishes)), path };
  };
  const { end, ...rows } =
    typeof bounds === 'function'
      ? frameByLastRow(peekLastRow(text, start), bounds, frameWithin, pool)
      : frameWithin(bounds);
  readTail(text, end, envelope);
  const { nextLink, deltaLink, delta, metadataVersion } = envelope;
  return { ...rows, nextLink, deltaLink, delta, metadataVersion };
}

/** Frames within the bounds that the last row calls for; once more where `peeked` turns out not to be that row. */
function frameByLastRow<T extends FramedRows>(
  peeked: Buffer | undefined,
  boundsOf: (lastRow: Buffer | undefined) => Bounds | undefined,
  frameWithin: (bounds: Bounds | undefined) => T,
  pool: Pool,
): T {
  const framed = frameWithin(peeked && boundsOf(peeked));
  const { lastRow } = framed;
  if (lastRow === undefined ? peeked === undefined : peeked?.equals(lastRow)) return framed;
  pool.give(framed.lines);
  return frameWithin(boundsOf(lastRow));
}
