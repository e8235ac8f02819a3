import { discard } from './discard.ts';

/**
 * Memory of pages, used again and again: a fresh buffer of a page's size costs the operating system more time (it zeroes
 * and maps each 4 KiB of it) than the splice path needs for its work, and the garbage collector a run through the whole
 * heap (docs/adr/0005-memory-of-pages.md has the figures).
 */
export interface Pool {
  /** A buffer of `size` bytes, contents arbitrary. */
  take(size: number): Buffer;
  /** Gives memory back, wherever it came from. Nobody may use it any more. */
  give(memory: Buffer): void;
}

/** Smaller buffers are not worth keeping. */
const SMALL = 64 * 1024;

/** Milliseconds after which a pool that nobody takes from gives all that it keeps back to the system. */
const idleAfter = 1_000;

/**
 * A pool that keeps at most `limit` bytes of memory that nobody uses, and nothing while a reader stands still. The default
 * is more than pages have in use at any time, so that none of it is discarded while pages flow: from the first buffer that
 * is detached on, V8 checks each access to any buffer for that.
 */
export function createPool(limit = 192 << 20): Pool {
  /** The smallest first. */
  const free: ArrayBuffer[] = [];
  let kept = 0;
  let idle: NodeJS.Timeout | undefined;

  const empty = (): void => {
    idle = undefined;
    kept = 0;
    for (const memory of free.splice(0)) discard(Buffer.from(memory));
  };
  const inUse = (): void => {
    idle ??= setTimeout(empty, idleAfter).unref();
    idle.refresh();
  };

  const keep = (memory: ArrayBuffer): void => {
    const at = free.findIndex(({ byteLength }) => byteLength >= memory.byteLength);
    free.splice(at < 0 ? free.length : at, 0, memory);
    kept += memory.byteLength;
  };

  return {
    take(size) {
      if (size < SMALL) return Buffer.allocUnsafe(size);
      inUse();
      const fit = free.findIndex(({ byteLength }) => byteLength >= size);
      const [memory] = fit < 0 || (free[fit]?.byteLength ?? 0) > 2 * size ? [] : free.splice(fit, 1);
      if (memory === undefined) return Buffer.allocUnsafeSlow(roomy(size)).subarray(0, size);
      kept -= memory.byteLength;
      return Buffer.from(memory, 0, size);
    },
    give({ buffer }) {
      if (buffer.byteLength < SMALL || !(buffer instanceof ArrayBuffer) || free.includes(buffer)) return;
      // Large ones are the dear ones: they push out smaller ones.
      for (let [least] = free; least && kept + buffer.byteLength > limit; [least] = free) {
        if (least.byteLength >= buffer.byteLength) break;
        free.shift();
        kept -= least.byteLength;
        discard(Buffer.from(least));
      }
      if (kept + buffer.byteLength > limit) discard(Buffer.from(buffer));
      else keep(buffer);
      inUse();
    },
  };
}

/**
 * Pages of a table differ in size, and lines from their pages: in halves of a power of two, memory of one serves the next,
 * and lines take what a page left. What is never touched of it costs nothing.
 */
function roomy(size: number): number {
  const step = 2 ** (Math.floor(Math.log2(size)) - 1);
  return Math.ceil(size / step) * step;
}

/** Memory that nobody gives back: for answers that are small or few. */
export const noPool: Pool = {
  take: (size) => Buffer.allocUnsafe(size),
  give: () => {},
};
