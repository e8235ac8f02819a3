/** A running timer. `refresh` starts its time anew. */
export interface Timer {
  refresh(): void;
  cancel(): void;
}

/** Where time comes from, so that tests and benchmarks can bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls `expired` once after `milliseconds`, unless cancelled. */
  timer(milliseconds: number, expired: () => void): Timer;
}

/** The computer's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timeout);
        reject(signal?.reason);
      };
      const timeout = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', stop, { once: true });
    }),
  timer: (milliseconds, expired) => {
    const timeout = setTimeout(expired, milliseconds);
    return { refresh: () => timeout.refresh(), cancel: () => clearTimeout(timeout) };
  },
};
