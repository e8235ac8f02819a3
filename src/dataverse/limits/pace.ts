/** No more than so many starts a second. Times in milliseconds. */
export interface Pace {
  /** How long from `now` until one more may start; 0: at once. */
  wait(now: number): number;
  started(now: number): void;
}

/**
 * At most n starts in any n / `perSecond` seconds, n being `perSecond` rounded up. So a short run, such as discovery,
 * is not slowed down by even spacing.
 */
export function pace(perSecond: number): Pace {
  const count = Math.max(1, Math.ceil(perSecond));
  const span = (count / perSecond) * 1_000;
  const starts: number[] = [];
  return {
    wait: (now) => (starts.length < count ? 0 : Math.max(0, (starts[0] ?? 0) + span - now)),
    started: (now) => {
      starts.push(now);
      if (starts.length > count) starts.shift();
    },
  };
}
