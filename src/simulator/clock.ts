import { setTimeout as sleep } from 'node:timers/promises';

/** Where time comes from; a test may bring its own. */
export interface Time {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** The environment's time: real time plus what was added by hand, so that hours pass in a test without waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;
  /** Milliseconds since the start that were not added by hand: what things really took. */
  readonly elapsed: () => number;
  /** Resolves after so many milliseconds, or at the abort. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

const realTime: Time = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  },
};

export function clockFrom(start: number | undefined, time: Time = realTime): Clock {
  const began = time.now();
  let added = start === undefined ? 0 : start - began;
  return {
    now: () => time.now() + added,
    advance: (milliseconds) => {
      added += milliseconds;
    },
    elapsed: () => time.now() - began,
    sleep: time.sleep,
  };
}
