import type { Log } from '../core/log.ts';
import type { RunEvent } from '../sync/types.ts';

/** Milliseconds between two counters of one stream. */
const interval = 60_000;

/** Turns the events of a run into METRIC lines: `record_count` deltas that sum to the records written, and `sync_duration`. */
export function recordCounts(log: Log, now: () => number): { count(event: RunEvent): void; end(): void } {
  const streams = new Map<string, { readonly startedAt: number; toldAt: number; untold: number }>();

  const tell = (stream: string, at: number): void => {
    const counter = streams.get(stream);
    if (!counter || counter.untold === 0) return;
    log.metric(
      { type: 'counter', metric: 'record_count', value: counter.untold, tags: { stream, endpoint: stream } },
      stream,
    );
    counter.toldAt = at;
    counter.untold = 0;
  };

  return {
    count(event) {
      const at = now();
      const { stream } = event;
      if (event.kind === 'started' && !streams.has(stream))
        streams.set(stream, { startedAt: at, toldAt: at, untold: 0 });
      const counter = streams.get(stream);
      if (!counter) return;
      if (event.kind === 'page') {
        counter.untold += event.rows + event.deletes;
        if (at - counter.toldAt >= interval) tell(stream, at);
      }
      if (event.kind === 'ended') {
        tell(stream, at);
        const status = event.outcome === 'complete' ? 'succeeded' : 'failed';
        log.metric(
          {
            type: 'timer',
            metric: 'sync_duration',
            value: (at - counter.startedAt) / 1000,
            tags: { stream, status },
          },
          stream,
        );
      }
    },
    end() {
      for (const stream of streams.keys()) tell(stream, now());
    },
  };
}
