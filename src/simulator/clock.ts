/** The environment's time: real time plus what was added by hand, so that hours pass in a test without waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;
}

export function clockFrom(start: number | undefined): Clock {
  const realStart = Date.now();
  let added = start === undefined ? 0 : start - realStart;
  return {
    now: () => Date.now() + added,
    advance: (milliseconds) => {
      added += milliseconds;
    },
  };
}
