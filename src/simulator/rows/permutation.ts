import { mix } from './random.ts';

/**
 * A pseudo-random order of 0..count-1 that can be walked both ways without being stored: a Feistel network over the next
 * even power of two, repeated until the result falls inside (cycle walking).
 */
export interface Permutation {
  readonly forward: (value: number) => number;
  readonly back: (value: number) => number;
}

const rounds = [0, 1, 2, 3] as const;

export function permutation(count: number, salt: number): Permutation {
  let half = 1;
  while (4 ** half < count) half++;
  const mask = 2 ** half - 1;
  const size = 2 ** half;

  const once = (value: number, order: readonly number[], inverse: boolean): number => {
    let left = Math.floor(value / size);
    let right = value & mask;
    for (const round of order) {
      if (inverse) [left, right] = [right ^ (mix(salt + round, left) & mask), left];
      else [left, right] = [right, left ^ (mix(salt + round, right) & mask)];
    }
    return left * size + right;
  };
  const walk = (value: number, inverse: boolean): number => {
    const order = inverse ? rounds.toReversed() : rounds;
    let result = once(value, order, inverse);
    while (result >= count) result = once(result, order, inverse);
    return result;
  };
  return { forward: (value) => walk(value, false), back: (value) => walk(value, true) };
}
