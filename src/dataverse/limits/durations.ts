/** What requests of a stream take, learnt as they end. Milliseconds. */
export interface Durations {
  /** What the stream's next request will likely take, or a little longer; of a stream that is new, as others do. */
  of(stream: string): number;
  took(stream: string, milliseconds: number): void;
}

/**
 * Quick to believe that requests take long, slow to believe that they do not: short answers come first, and among pages are
 * questions for a single row. What is under way counts by this guess, and guesses that are too low overdraw the budget.
 */
export function durations(): Durations {
  const streams = new Map<string, number>();
  let all = 0;
  const next = (before: number, now: number): number => Math.max(now, before * 0.8 + now * 0.2);
  return {
    of: (stream) => streams.get(stream) ?? all,
    took(stream, milliseconds) {
      streams.set(stream, next(streams.get(stream) ?? 0, milliseconds));
      all = all * 0.8 + milliseconds * 0.2;
    },
  };
}
