import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.ts';
import { renderLive, renderSummary } from './render.ts';
import { createTally } from './tally.ts';

function runOf(clock: { at: number }) {
  const tally = createTally(() => clock.at);
  tally.count({ kind: 'started', stream: 'accounts', strategy: 'change_tracking', estimate: 10_000 });
  clock.at = 2000;
  tally.count({ kind: 'page', stream: 'accounts', rows: 5000, deletes: 0 });
  tally.count({ kind: 'state', stream: 'accounts' });
  return tally;
}

describe('progress', () => {
  it('shows rows, rate, share and time left of a stream', () => {
    const clock = { at: 0 };
    const [line, total] = renderLive(runOf(clock).streams, clock.at, 120, 5);
    expect(line).toContain('5,000 rows');
    expect(line).toContain('2,500/s');
    expect(line).toContain('50 %');
    expect(line).toContain('2 s left');
    expect(total).toBe('5,000 rows, 0 of 1 begun streams done');
  });

  it("names a wait for the service's limits until it is over", () => {
    const clock = { at: 0 };
    const tally = runOf(clock);
    tally.count({ kind: 'waiting', stream: 'accounts', seconds: 60, reason: 'service limit: requests' });
    expect(renderLive(tally.streams, clock.at, 200, 5)[0]).toContain('waiting 60 s: service limit: requests');
    expect(renderLive(tally.streams, clock.at + 61_000, 200, 5)[0]).not.toContain('waiting');
  });

  it('cuts lines to the terminal and counts streams that do not fit', () => {
    const clock = { at: 0 };
    const tally = runOf(clock);
    for (const stream of ['b', 'c', 'd'])
      tally.count({ kind: 'started', stream, strategy: 'full', estimate: undefined });
    const lines = renderLive(tally.streams, clock.at, 20, 2);
    expect(lines).toHaveLength(4);
    expect(lines.every((line) => line.length <= 20)).toBe(true);
    expect(lines[2]).toContain('2 more');
  });

  it('ends with a table: strategy, rows, deletes, pages, seconds, states, outcome', () => {
    const clock = { at: 0 };
    const tally = runOf(clock);
    tally.count({ kind: 'page', stream: 'accounts', rows: 0, deletes: 3 });
    tally.count({ kind: 'ended', stream: 'accounts', outcome: 'complete' });
    const [header, row, total] = renderSummary(tally.streams, clock.at);
    expect(header?.split(/\s+/)).toEqual([
      'stream',
      'strategy',
      'rows',
      'deletes',
      'pages',
      'seconds',
      'rows/s',
      'states',
      'outcome',
    ]);
    expect(row?.split(/\s+/)).toEqual([
      'accounts',
      'change_tracking',
      '5,000',
      '3',
      '2',
      '2.0',
      '2,500',
      '1',
      'complete',
    ]);
    expect(total?.split(/\s+/).slice(0, 3)).toEqual(['total', '5,000', '3']);
  });

  it('writes nothing where there is no terminal', () => {
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text) }, runOf({ at: 0 }), () => 0);
    progress.above(() => written.push('a log line'));
    progress.end();
    expect(written).toEqual(['a log line']);
  });

  it('keeps log lines above the block on a terminal', () => {
    const written: string[] = [];
    const terminal = { isTTY: true, columns: 80, write: (text: string) => written.push(text) };
    const progress = createProgress(terminal, runOf({ at: 0 }), () => 3000);
    progress.above(() => written.push('first\n'));
    progress.above(() => written.push('second\n'));
    progress.end();
    expect(written[0]).toBe('first\n');
    expect(written[2]).toBe('\x1b[2A\x1b[0J');
    expect(written[3]).toBe('second\n');
    expect(written.at(-1)).toBe('\x1b[2A\x1b[0J');
  });
});
