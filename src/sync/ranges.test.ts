import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createBoard,
  type Expected,
  formatRemaining,
  parseRemaining,
  type Range,
  type Remaining,
} from './ranges.ts';

/** Disjoint rising ranges over small instants, so that borders meet often. */
const remainings: fc.Arbitrary<Remaining> = fc
  .uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 12 })
  .map((borders) => {
    const sorted = [...borders].sort((one, other) => one - other);
    const ranges: [number, number][] = [];
    for (let index = 0; index + 1 < sorted.length; index += 2)
      ranges.push([sorted[index]!, sorted[index + 1]!]);
    return ranges;
  });

type Step = {
  readonly kind: 'take' | 'fetch' | 'write' | 'finish' | 'release';
  readonly who: number;
  readonly by: number;
};
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'take' as const,
      'fetch' as const,
      'write' as const,
      'finish' as const,
      'release' as const,
    ),
    who: fc.nat(20),
    by: fc.nat(60),
  }),
  { maxLength: 120 },
);

const expectations: fc.Arbitrary<Expected> = fc.record({
  page: fc.nat(50),
  rows: fc.option(fc.nat(1000), { nil: undefined }),
});

const seconds = (ranges: Remaining): number[] =>
  ranges.flatMap(([at, to]) => Array.from({ length: to - at }, (_, i) => at + i));

/** Plays a schedule as workers would, and notes which seconds were written. */
function play(
  initial: Remaining,
  schedule: readonly Step[],
  eager: boolean,
  expected: Expected,
): { written: number[]; left: Remaining } {
  const board = createBoard(initial, eager, expected);
  const working: Range[] = [];
  const written: number[] = [];
  const write = (range: Range, upto: number): void => {
    for (let second = range.at; second < Math.min(upto, range.to); second += 1) written.push(second);
    range.at = Math.max(range.at, Math.min(upto, range.to));
  };
  for (const step of schedule) {
    const range = working[step.who % Math.max(1, working.length)];
    if (step.kind === 'take') {
      const taken = board.take();
      if (taken) working.push(taken);
    } else if (range === undefined) continue;
    else if (step.kind === 'fetch') {
      range.more = true;
      range.rows += step.by;
      range.seen = Math.max(range.seen, Math.min(range.to, range.seen + step.by));
    } else if (step.kind === 'write') write(range, range.seen);
    else if (step.kind === 'finish') {
      write(range, range.to);
      board.finish(range);
      working.splice(working.indexOf(range), 1);
    } else {
      board.release(range);
      working.splice(working.indexOf(range), 1);
    }
  }
  return { written, left: board.remaining() };
}

describe('ranges by work stealing', () => {
  it('have no gap and no overlap, whatever the schedule', () => {
    fc.assert(
      fc.property(remainings, steps, fc.boolean(), expectations, (initial, schedule, eager, expected) => {
        const { written, left } = play(initial, schedule, eager, expected);
        expect([...written, ...seconds(left)].sort((one, other) => one - other)).toEqual(seconds(initial));
      }),
      { numRuns: 500 },
    );
  });

  it('are never taken by two workers', () => {
    const board = createBoard([[0, 100]], true);
    const taken = Array.from({ length: 5 }, () => board.take()).filter((range) => range !== undefined);
    expect(taken.map((range) => [range.at, range.to])).toEqual([
      [0, 13],
      [50, 75],
      [25, 50],
      [75, 100],
      [13, 25],
    ]);
  });

  it('give nothing away before the server has said that more follows, unless told so', () => {
    const board = createBoard([[0, 100]], false);
    const first = board.take();
    expect(board.offers).toBe(false);
    expect(board.take()).toBeUndefined();
    if (first) first.more = true;
    expect(board.take()).toMatchObject({ at: 50, to: 100 });
  });

  it('keep the page that is under way, and give away what is behind it unless it is crumbs', () => {
    const board = createBoard([[0, 1000]], true, { page: 100, rows: 1000 });
    const taken = Array.from({ length: 40 }, () => board.take()).filter((range) => range !== undefined);
    expect(board.offers).toBe(false);
    // Each of eight has a page of 100 rows under way, whose last five are left to who reads on from there.
    expect(taken.map(({ at, to }) => to - at).sort((a, b) => a - b)).toEqual([
      ...Array.from({ length: 8 }, () => 30),
      ...Array.from({ length: 8 }, () => 95),
    ]);
  });

  it("go by a worker's own pages as soon as it has some", () => {
    const board = createBoard([[0, 1000]], true, { page: 100, rows: 300 });
    const first = board.take();
    if (!first) throw new Error('nothing to take');
    Object.assign(first, { rows: 100, seen: 10, more: true });
    expect(board.take()).toMatchObject({ at: 505, to: 1000 });
    expect(board.take()).toMatchObject({ at: 258, to: 505 });
    Object.assign(first, { rows: 100, seen: 200 });
    const others = Array.from({ length: 20 }, () => board.take()?.at ?? 1000);
    expect(Math.min(...others)).toBeGreaterThan(258);
  });

  it('are divided down to the second where an import crowds its rows into a few', () => {
    const board = createBoard([[0, 1000]], true, { page: 100, rows: 300 });
    const first = board.take();
    if (!first) throw new Error('nothing to take');
    Object.assign(first, { rows: 100, seen: 500, latest: 100, more: true });
    const others = Array.from({ length: 20 }, () => board.take()).filter((range) => range !== undefined);
    expect(others.map(({ at, to }) => [at, to])).toContainEqual([501, 502]);
    // Those that have none of it may be empty: they are not divided before they have shown.
    expect(others.map(({ at, to }) => [at, to])).toContainEqual([750, 1000]);
  });

  it('are not divided below two seconds', () => {
    const board = createBoard([[7, 8]], true);
    board.take();
    expect(board.offers).toBe(false);
  });

  it('survive the state', () => {
    fc.assert(
      fc.property(remainings, (ranges) => {
        expect(parseRemaining(formatRemaining(ranges))).toEqual(ranges);
      }),
    );
    for (const garbage of ['x', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z/2026-01-01T00:00:00Z', 'a/b,c'])
      expect(parseRemaining(garbage)).toBeUndefined();
  });
});
