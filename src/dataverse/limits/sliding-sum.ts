/** A sum of what was added within a sliding window. Times in milliseconds; `now` never falls. */
export interface SlidingSum {
  /** Best in the order of time, or nearly. */
  add(amount: number, at: number): void;
  at(now: number): number;
  /** When so much of it will have left the window, or all of it. */
  without(amount: number, now: number): number;
}

export function slidingSum(window: number): SlidingSum {
  const added: { readonly amount: number; readonly at: number }[] = [];
  let oldest = 0;
  let sum = 0;
  function slide(now: number): void {
    for (let old = added[oldest]; old !== undefined && old.at <= now - window; old = added[oldest]) {
      sum -= old.amount;
      oldest += 1;
    }
    // Without what is left of rounding.
    if (oldest === added.length) sum = 0;
    if (oldest > 1_000) {
      added.splice(0, oldest);
      oldest = 0;
    }
  }
  return {
    add(amount, at) {
      let place = added.length;
      while (place > oldest && (added[place - 1]?.at ?? at) > at) place -= 1;
      added.splice(place, 0, { amount, at });
      sum += amount;
    },
    at(now) {
      slide(now);
      return sum;
    },
    without(amount, now) {
      slide(now);
      let until = now;
      let left = amount;
      for (let place = oldest; left > 0; place += 1) {
        const next = added[place];
        if (next === undefined) break;
        left -= next.amount;
        until = next.at + window;
      }
      return until;
    },
  };
}
