import type { Pool } from '../core/pool.ts';
import { type Text, textOf } from './scan.ts';
import type { Frame } from './types.ts';

/** Output lines while they grow. `bytes` may move; `length` is what has been written. */
export interface Lines {
  bytes: Buffer;
  view: DataView;
  length: number;
  readonly pool: Pool;
}

/** A frame as the writer wants it. */
export interface FrameText {
  readonly before: Text;
  readonly after: Text;
}

/** Below this size a loop over four-byte words beats a call into `copy` (measured). */
const LOOP_LIMIT = 256;

/** Empty lines with room for `capacity` bytes; more is made when it is needed. */
export function linesOf(pool: Pool, capacity: number): Lines {
  const { bytes, view } = textOf(pool.take(capacity + 4));
  // Spelt out: objects made by spreading do not share a hidden class, which costs the loops over them a third of their speed.
  return { bytes, view, length: 0, pool };
}

/** The frame's two texts. */
export function frameText(frame: Frame): FrameText {
  return { before: textOf(frame.before), after: textOf(frame.after) };
}

/** Appends `[from, to)` of `source`. */
export function put(lines: Lines, source: Text, from: number, to: number): void {
  const size = to - from;
  // Room for three more bytes than asked: the last word may be written in part beyond the end.
  if (lines.length + size + 3 > lines.bytes.length) grow(lines, lines.length + size);
  if (size > LOOP_LIMIT || to + 3 > source.bytes.length) {
    source.bytes.copy(lines.bytes, lines.length, from, to);
  } else {
    const { view } = lines;
    const { view: words } = source;
    const shift = lines.length - from;
    for (let i = from; i < to; i += 4) view.setInt32(i + shift, words.getInt32(i, true), true);
  }
  lines.length += size;
}

/** Appends one byte. */
export function putByte(lines: Lines, byte: number): void {
  if (lines.length + 4 > lines.bytes.length) grow(lines, lines.length + 1);
  lines.bytes[lines.length++] = byte;
}

/** Makes room for `capacity` bytes at once, where that many are to be expected. */
export function reserve(lines: Lines, capacity: number): void {
  if (capacity + 4 > lines.bytes.length) move(lines, capacity);
}

function grow(lines: Lines, needed: number): void {
  move(lines, Math.max(2 * lines.bytes.length, needed));
}

function move(lines: Lines, capacity: number): void {
  const { bytes, view } = linesOf(lines.pool, capacity);
  bytes.set(lines.bytes.subarray(0, lines.length));
  lines.pool.give(lines.bytes);
  lines.bytes = bytes;
  lines.view = view;
}
