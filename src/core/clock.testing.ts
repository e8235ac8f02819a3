import type { Clock } from './clock.ts';

/** A clock for tests: sleeping takes no time and moves it on; timers expire when the test says so. */
export interface TestClock extends Clock {
  /** What was slept, in milliseconds, in order. */
  readonly slept: readonly number[];
  advance(milliseconds: number): void;
  /** Expires every running timer. */
  expire(): void;
  readonly timers: number;
}

export function testClock(start = Date.UTC(2026, 0, 31)): TestClock {
  let now = start;
  const slept: number[] = [];
  const running = new Set<() => void>();
  return {
    slept,
    now: () => now,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
    timer(_milliseconds, expired) {
      running.add(expired);
      return { refresh: () => {}, cancel: () => running.delete(expired) };
    },
    advance(milliseconds) {
      now += milliseconds;
    },
    expire() {
      const due = [...running];
      running.clear();
      for (const expired of due) expired();
    },
    get timers() {
      return running.size;
    },
  };
}
