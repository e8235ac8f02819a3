/** The server's execution time that we may use in a sliding window. Times in milliseconds. */
export interface Budget {
  /** How long from `now` until a request that will take `expected` fits; 0: at once. Infinity: when one has ended. */
  wait(expected: number, now: number): number;
  started(expected: number): void;
  /** A request ended that had been started as `expected`; it took `took`. */
  ended(expected: number, took: number, now: number): void;
  /** A server said how much of its window is left for us. */
  remaining(left: number, now: number): void;
  /** A server refused for want of execution time. */
  exhausted(now: number): void;
}

/** 20 minutes of execution time in 5 minutes, for each user and web server ("Service protection API limits"). */
const windowMilliseconds = 300_000;
const documented = 1_200_000;

/** Keeps this distance from the edge: what is under way is only guessed. */
const safety = 0.98;
/** What servers say is judged this often, by the least that any of them had left. */
const judgeEvery = 10_000;
/** At the edge by our own estimate: so much of the allowance is used. */
const edge = 0.88;

/**
 * Estimates the use from observed durations. That is too much, since the way over the network is counted too; and the
 * documented limit holds for each web server, over several of which requests without an affinity cookie spread. So the
 * allowance follows what servers say is left: up while all of them have more left than they should, down when one is
 * nearly out. A refusal takes it below what was used.
 */
export function budget(share: number): Budget {
  let total = documented;
  let allowance = documented * share * safety;
  let used = 0;
  let underWay = 0;
  let judgedAt = 0;
  let least = Number.POSITIVE_INFINITY;
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

  function judge(): void {
    const ours = total * share;
    const shouldBeLeft = total - ours;
    const atTheEdge = used + underWay > allowance * edge;
    // What is under way is not in the servers' figures yet.
    const surplus = (least - underWay - shouldBeLeft) / ours;
    if (least < shouldBeLeft + ours * 0.04) allowance *= 0.95;
    else if (atTheEdge && surplus > 0.12) allowance *= 1 + surplus / 2;
    allowance = Math.max(allowance, documented * share * 0.25);
    least = Number.POSITIVE_INFINITY;
  }

  return {
    wait(expected, now) {
      forget(now);
      let excess = used + underWay + expected - allowance;
      // One at a time is always allowed.
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
      // An environment may allow more than is documented.
      total = Math.max(total, left);
      least = Math.min(least, left);
      if (now - judgedAt < judgeEvery) return;
      judgedAt = now;
      judge();
    },
    exhausted(now) {
      forget(now);
      allowance = Math.max(documented * share * 0.25, Math.min(allowance, used + underWay) * 0.95);
      judgedAt = now;
      least = Number.POSITIVE_INFINITY;
    },
  };
}
