import { EventEmitter, once } from 'node:events';
import type { Clock } from './clock.ts';

/** A clock for tests: sleeping takes no time and moves it on; timers expire when the test says so. */
export interface TestClock extends Clock {
  /** What was slept, in milliseconds, in order. */
  readonly slept: readonly number[];
  advance(milliseconds: number): void;
  /** Expires every running timer. */
  expire(): void;
  /** When timers have been put off this often, all together. */
  refreshed(times: number): Promise<void>;
  readonly timers: number;
}

export function testClock(start = Date.UTC(2026, 0, 31)): TestClock {
  let now = start;
  const slept: number[] = [];
  const running = new Set<() => void>();
  const refreshes = new EventEmitter();
  let refreshed = 0;
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
      const refresh = () => refreshes.emit('refresh', ++refreshed);
      return { refresh, cancel: () => running.delete(expired) };
    },
    advance(milliseconds) {
      now += milliseconds;
    },
    expire() {
      const due = [...running];
      running.clear();
      for (const expired of due) expired();
    },
    async refreshed(times) {
      while (refreshed < times) await once(refreshes, 'refresh');
    },
    get timers() {
      return running.size;
    },
  };
}
