import { type Clock, systemClock } from '../../src/core/clock.ts';

/** What else happens, as far as time depends on it. */
export interface Surroundings {
  /** Requests that have no end yet. */
  readonly underWay: () => number;
  /** How many of them the service leaves without an answer. */
  readonly stalled: () => number;
}

/** Time that passes when nothing else can happen: whoever sleeps wakes at once, in the order of the deadlines. */
export interface VirtualClock extends Clock {
  /** Milliseconds that passed like this. */
  readonly passed: number;
}

interface Waiter {
  at: number;
  readonly timer: boolean;
  readonly wake: () => void;
}

/** Turns of the event loop that must find nothing to do, for what has arrived to be taken note of. */
const quietTurns = 3;

/**
 * A turn that lets real timers of no time run first, and what they arrive at: bottleneck starts each request after one. Turns
 * of `setImmediate` alone are over before such a timer is due, and the time that then passes is lost to what it would start.
 */
const turn = (then: () => void): void => void systemClock.timer(0, () => setImmediate(then));

/** A clock that stands still while an answer is on its way, and otherwise jumps to the next deadline. */
export function virtualClock(start: number, { underWay, stalled }: Surroundings): VirtualClock {
  let now = start;
  let looking = false;
  let quiet = 0;
  const waiters = new Set<Waiter>();

  const look = (): void => {
    if (looking || waiters.size === 0) return;
    looking = true;
    turn(() => {
      looking = false;
      quiet = underWay() > stalled() ? 0 : quiet + 1;
      if (quiet >= quietTurns) wakeNext();
      look();
    });
  };
  const wakeNext = (): void => {
    // A timer watches over a request: one that is not stalled does not run out.
    const due = [...waiters].filter(({ timer }) => !timer || stalled() > 0).sort((a, b) => a.at - b.at)[0];
    if (due === undefined) return;
    quiet = 0;
    now = Math.max(now, due.at);
    waiters.delete(due);
    due.wake();
  };
  const wait = (milliseconds: number, timer: boolean, wake: () => void): Waiter => {
    const waiter: Waiter = { at: now + milliseconds, timer, wake };
    waiters.add(waiter);
    quiet = 0;
    look();
    return waiter;
  };

  return {
    now: () => now,
    get passed() {
      return now - start;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = (): void => {
          waiters.delete(waiter);
          reject(signal?.reason);
        };
        const waiter = wait(milliseconds, false, () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
        signal?.addEventListener('abort', stop, { once: true });
      }),
    timer(milliseconds, expired) {
      const waiter = wait(milliseconds, true, expired);
      return {
        refresh: () => {
          waiter.at = now + milliseconds;
        },
        cancel: () => void waiters.delete(waiter),
      };
    },
  };
}
