import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { discard } from './discard.ts';

const page = 16 << 20;

describe('a discarded buffer', () => {
  it('has no bytes any more', () => {
    const buffer = Buffer.alloc(page, 1);
    const view = buffer.subarray(5, 10);
    discard(buffer);
    expect([buffer.length, view.length]).toEqual([0, 0]);
  });

  it('is given back at once, not when the garbage collector comes to it', async () => {
    discard(Buffer.alloc(page));
    // The port that leads nowhere is closed after a turn of the event loop.
    await setImmediate();
    await setImmediate();
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 20; round += 1) discard(Buffer.alloc(page));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * page);
  });

  it('is left alone when it is small: it may share its memory with others', () => {
    const small = Buffer.from('a few bytes of the pool');
    discard(small);
    expect(small.toString()).toBe('a few bytes of the pool');
  });
});
