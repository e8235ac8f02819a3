// Medians, and how figures are written.

/** The middle value. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs each variant once a round, one after the other, so that whatever else the machine does falls on all of them alike.
 *
 * @template T
 * @param {Readonly<Record<string, () => Promise<T>>>} variants
 * @param {number} rounds
 * @param {(line: string) => void} [tell]
 * @returns {Promise<Readonly<Record<string, readonly T[]>>>} the rounds' results by variant
 */
export async function interleave(variants, rounds, tell = () => {}) {
  const results = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(variants)) {
      tell(`round ${round} of ${rounds}: ${name}`);
      results[name].push(await run());
    }
  }
  return results;
}

/** The median of what `of` sees in each round. */
export const medianOf = (rounds, of) => median(rounds.map(of));

/** The median ratio of two variants, each round by itself. */
export const medianRatio = (rounds, base, of) =>
  median(rounds.map((usage, round) => of(usage) / of(base[round])));

export const seconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} s`;
export const milliseconds = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
export const ratio = (value) => `${value.toFixed(2)}`;
export const count = (value) => Math.round(value).toLocaleString('en-US');
export const rate = (value) => `${count(value)}/s`;
