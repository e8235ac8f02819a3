import { describe, expect, test } from 'vitest';
import { inParallel } from './in-parallel.ts';

/** Calls that end only when told to, in the order told. */
function gates() {
  const begun: number[] = [];
  const ends = new Map<number, { done: (value: string) => void; fail: (error: Error) => void }>();
  const call = (item: number) =>
    new Promise<string>((done, fail) => {
      begun.push(item);
      ends.set(item, { done, fail });
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { begun, ends, call, settled };
}

describe('inParallel', () => {
  test('keeps at most the given number of calls under way, and the order of the items', async () => {
    const { begun, ends, call, settled } = gates();
    const results = inParallel([1, 2, 3], 2, call);
    await settled();
    expect(begun).toEqual([1, 2]);
    ends.get(2)?.done('b');
    await settled();
    expect(begun).toEqual([1, 2, 3]);
    ends.get(3)?.done('c');
    ends.get(1)?.done('a');
    expect(await results).toEqual(['a', 'b', 'c']);
  });

  test('begins nothing after a failure, and throws it once the others have ended', async () => {
    const { begun, ends, call, settled } = gates();
    let thrown: unknown;
    const results = inParallel([1, 2, 3, 4], 2, call).catch((error: unknown) => {
      thrown = error;
    });
    await settled();
    const lost = new Error('lost');
    ends.get(1)?.fail(lost);
    await settled();
    expect(thrown).toBeUndefined();
    ends.get(2)?.done('b');
    await results;
    expect(thrown).toBe(lost);
    expect(begun).toEqual([1, 2]);
  });

  test('has nothing to do for no items', async () => {
    expect(await inParallel([], 4, async () => 1)).toEqual([]);
  });
});
