/** The server's execution time that we may use in a sliding window. Times in milliseconds. */
export interface Budget {
  /** How long from `now` until a request that will take `expected` fits; 0: at once. Infinity: when one has ended. */
  wait(expected: number, now: number): number;
  started(expected: number): void;
  /** A request ended that had been started as `expected`; it took `took`. */
  ended(expected: number, took: number, now: number): void;
  /** The server said how much of its window is left for us. */
  remaining(left: number, now: number): void;
  /** The server refused for want of execution time. */
  exhausted(now: number): void;
}

/** 20 minutes of execution time in 5 minutes, for each user and web server ("Service protection API limits"). */
export const windowMilliseconds = 300_000;
const documented = 1_200_000;

/** Our estimate counts the way over the network too; so this much is enough distance from the edge. */
const safety = 0.98;

/**
 * Estimates the use from observed durations. The documented limit holds per web server, and requests without an
 * affinity cookie spread over several: when our use is at the edge while the server still reports plenty, the
 * allowance grows by a tenth; a refusal takes it back to what was used.
 */
export function budget(share: number): Budget {
  const floor = documented * share * safety;
  let allowance = floor;
  let used = 0;
  let underWay = 0;
  let grownAt = 0;
  /** Ended requests, oldest first. */
  const spent: { readonly at: number; readonly took: number }[] = [];
  let oldest = 0;

  function forget(now: number): void {
    for (
      let entry = spent[oldest];
      entry !== undefined && entry.at <= now - windowMilliseconds;
      entry = spent[oldest]
    ) {
      used -= entry.took;
      oldest += 1;
    }
    if (oldest > 1_000) {
      spent.splice(0, oldest);
      oldest = 0;
    }
  }

  return {
    wait(expected, now) {
      forget(now);
      let excess = used + underWay + expected - allowance;
      if (excess <= 0 || used + underWay === 0) return 0;
      for (let place = oldest; place < spent.length; place += 1) {
        const entry = spent[place];
        if (entry === undefined) break;
        excess -= entry.took;
        if (excess <= 0) return Math.max(0, entry.at + windowMilliseconds - now);
      }
      return Number.POSITIVE_INFINITY;
    },
    started(expected) {
      underWay += expected;
    },
    ended(expected, took, now) {
      underWay = Math.max(0, underWay - expected);
      used += took;
      spent.push({ at: now, took });
      forget(now);
    },
    remaining(left, now) {
      const atTheEdge = used + underWay > allowance * 0.8;
      if (!atTheEdge || left < documented * (1 - share * 0.5) || now - grownAt < 10_000) return;
      grownAt = now;
      allowance *= 1.1;
    },
    exhausted(now) {
      forget(now);
      allowance = Math.max(floor / 2, Math.min(allowance, used + underWay) * 0.95);
      grownAt = now;
    },
  };
}
