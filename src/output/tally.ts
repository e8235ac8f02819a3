/** What a run has told so far about one stream. Times are milliseconds of the clock given to the tally. */
export interface StreamTally {
  readonly stream: string;
  strategy: string;
  estimate: number | undefined;
  rows: number;
  deletes: number;
  pages: number;
  states: number;
  readonly startedAt: number;
  endedAt: number | undefined;
  outcome: string | undefined;
  /** While the service makes the stream wait: until when, and why. */
  waiting: { readonly until: number; readonly reason: string } | undefined;
}

/** The events that a tally counts; sync's `RunEvent` is one of these. */
export type TallyEvent =
  | {
      readonly kind: 'started';
      readonly stream: string;
      readonly strategy: string;
      readonly estimate: number | undefined;
    }
  | { readonly kind: 'page'; readonly stream: string; readonly rows: number; readonly deletes: number }
  | { readonly kind: 'waiting'; readonly stream: string; readonly seconds: number; readonly reason: string }
  | { readonly kind: 'state'; readonly stream: string }
  | { readonly kind: 'ended'; readonly stream: string; readonly outcome: string };

/** Counts what happens, by stream in the order in which they began. */
export interface Tally {
  count(event: TallyEvent): void;
  readonly streams: readonly StreamTally[];
}

/** An empty tally. */
export function createTally(now: () => number): Tally {
  const byName = new Map<string, StreamTally>();
  const of = (stream: string): StreamTally => {
    const known = byName.get(stream);
    if (known) return known;
    const fresh: StreamTally = {
      stream,
      strategy: '',
      estimate: undefined,
      rows: 0,
      deletes: 0,
      pages: 0,
      states: 0,
      startedAt: now(),
      endedAt: undefined,
      outcome: undefined,
      waiting: undefined,
    };
    byName.set(stream, fresh);
    return fresh;
  };

  return {
    count(event) {
      const tally = of(event.stream);
      switch (event.kind) {
        case 'started':
          tally.strategy = event.strategy;
          tally.estimate = event.estimate;
          return;
        case 'page':
          tally.rows += event.rows;
          tally.deletes += event.deletes;
          tally.pages += 1;
          tally.waiting = undefined;
          return;
        case 'waiting':
          tally.waiting = { until: now() + event.seconds * 1000, reason: event.reason };
          return;
        case 'state':
          tally.states += 1;
          return;
        case 'ended':
          tally.endedAt = now();
          tally.outcome = event.outcome;
          return;
        default:
          event satisfies never;
      }
    },
    get streams() {
      return [...byName.values()];
    },
  };
}
