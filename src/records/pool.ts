/**
 * Memory for output lines, used again and again: a fresh buffer of a page's size costs the operating system more time
 * (it zeroes and maps each 4 KiB of it) than the splice path needs for its work.
 */
export interface Pool {
  /** A buffer of at least `size` bytes, contents arbitrary. */
  take(size: number): Buffer;
  /** Gives back the memory of lines, which nobody may read any more. */
  give(lines: Buffer): void;
}

/** Smaller buffers are not worth keeping. */
const SMALL = 64 * 1024;

/** A pool that keeps at most `limit` bytes of memory that nobody uses. */
export function createPool(limit = 64 * 1024 * 1024): Pool {
  const free: ArrayBufferLike[] = [];
  let kept = 0;
  return {
    take(size) {
      if (size < SMALL) return Buffer.allocUnsafe(size);
      const fit = free.findIndex((memory) => memory.byteLength >= size);
      const [memory] = fit < 0 ? [] : free.splice(fit, 1);
      if (memory === undefined) return Buffer.allocUnsafeSlow(size);
      kept -= memory.byteLength;
      return Buffer.from(memory);
    },
    give(lines) {
      const memory = lines.buffer;
      if (memory.byteLength < SMALL || kept + memory.byteLength > limit || free.includes(memory)) return;
      kept += memory.byteLength;
      free.push(memory);
      free.sort((a, b) => a.byteLength - b.byteLength);
    },
  };
}
