/** A sum of what was added within a sliding window. Times in milliseconds, never falling. */
export interface SlidingSum {
  add(amount: number, now: number): void;
  at(now: number): number;
}

export function slidingSum(window: number): SlidingSum {
  const added: { readonly amount: number; readonly at: number }[] = [];
  let oldest = 0;
  let sum = 0;
  return {
    add(amount, now) {
      added.push({ amount, at: now });
      sum += amount;
    },
    at(now) {
      for (let old = added[oldest]; old !== undefined && old.at <= now - window; old = added[oldest]) {
        sum -= old.amount;
        oldest += 1;
      }
      if (oldest > 1_000) {
        added.splice(0, oldest);
        oldest = 0;
      }
      return sum;
    },
  };
}
