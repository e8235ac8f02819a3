import { describe, expect, it } from 'vitest';
import type { Log, Metric } from '../core/log.ts';
import { recordCounts } from './metrics.ts';

describe('metrics', () => {
  it('count records in deltas that sum to what was written, once a minute and at the end', () => {
    const told: Metric[] = [];
    const log: Log = { log: () => undefined, metric: (metric) => void told.push(metric) };
    let now = 0;
    const counts = recordCounts(log, () => now);
    counts.count({ kind: 'started', stream: 'accounts', strategy: 'full', estimate: undefined });
    for (const at of [10_000, 30_000, 61_000, 70_000]) {
      now = at;
      counts.count({ kind: 'page', stream: 'accounts', rows: 5000, deletes: 1, bytes: 1 });
    }
    counts.count({ kind: 'ended', stream: 'accounts', outcome: 'complete' });
    counts.end();
    expect(told.filter(({ metric }) => metric === 'record_count').map(({ value }) => value)).toEqual([
      15_003, 5001,
    ]);
    expect(told.at(-1)).toEqual({
      type: 'timer',
      metric: 'sync_duration',
      value: 70,
      tags: { stream: 'accounts', status: 'succeeded' },
    });
  });
});
