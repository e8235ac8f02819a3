import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth } from './growth.ts';
import { pace } from './pace.ts';
import { slidingSum } from './sliding-sum.ts';
import { turns } from './turns.ts';

describe('turns', () => {
  it('give each stream one before any gets its second', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 }), (streams) => {
        const queue = turns<string>();
        for (const [place, stream] of streams.entries()) queue.add(stream, `${stream}${place}`);
        const served: string[] = [];
        for (let item = queue.next(); item !== undefined; item = queue.next()) served.push(item);
        expect([...served].sort()).toEqual(streams.map((stream, place) => `${stream}${place}`).sort());
        // While several have something waiting, none is served twice in a row.
        const left = new Map<string, number>();
        for (const stream of streams) left.set(stream, (left.get(stream) ?? 0) + 1);
        let before = '';
        for (const item of served) {
          const stream = item.charAt(0);
          if (stream === before) expect([...left].filter(([, count]) => count > 0)).toHaveLength(1);
          left.set(stream, (left.get(stream) ?? 0) - 1);
          before = stream;
        }
      }),
    );
  });

  it('forget what was removed', () => {
    const queue = turns<number>();
    queue.add('a', 1);
    queue.add('a', 2);
    queue.remove('a', 1);
    queue.remove('b', 1);
    expect([queue.size, queue.next(), queue.next(), queue.size]).toEqual([1, 2, undefined, 0]);
  });
});

describe('the pace', () => {
  it('lets no more than so many start in any second, and no fewer when there is work', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 100 }),
        (perSecond, gaps) => {
          const rate = pace(perSecond);
          const starts: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now += gap;
            now += rate.wait(now);
            rate.started(now);
            starts.push(now);
          }
          for (const [place, start] of starts.entries()) {
            const later = starts[place + perSecond];
            if (later !== undefined) expect(later - start).toBeGreaterThanOrEqual(1_000);
          }
        },
      ),
    );
  });
});

describe('a sliding sum', () => {
  it('holds what was added within the window, in whatever order, and knows when it will be less', () => {
    const additions = fc.array(fc.record({ amount: fc.integer({ min: 1, max: 50 }), at: fc.nat(200) }));
    fc.assert(
      fc.property(additions, fc.integer({ min: 200, max: 400 }), fc.nat(500), (added, now, amount) => {
        const sum = slidingSum(100);
        for (const each of added) sum.add(each.amount, each.at);
        const heldAt = (time: number) =>
          added.filter(({ at }) => at > time - 100).reduce((all, each) => all + each.amount, 0);
        const held = heldAt(now);
        const until = sum.without(amount, now);
        expect(sum.at(now)).toBe(held);
        expect(heldAt(until)).toBeLessThanOrEqual(Math.max(0, held - amount));
        if (until > now) expect(heldAt(until - 1)).toBeGreaterThan(Math.max(0, held - amount));
        expect(sum.at(until)).toBe(heldAt(until));
      }),
    );
  });
});

describe('the number at a time', () => {
  it('stays between one and its cap, whatever happens', () => {
    const events = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('ok' as const) }),
        fc.record({ kind: fc.constant('refused' as const), sentAt: fc.nat(1_000) }),
        fc.record({ kind: fc.constant('hint' as const), value: fc.double() }),
      ),
    );
    fc.assert(
      fc.property(
        events,
        fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
        (happened, fixed) => {
          const size = growth(fixed, 1);
          let now = 0;
          for (const event of happened) {
            now += 100;
            if (event.kind === 'ok') size.succeeded();
            else if (event.kind === 'hint') size.hinted(event.value);
            else size.refused(event.sentAt, now);
            expect(size.limit).toBeGreaterThanOrEqual(1);
            expect(size.limit).toBeLessThanOrEqual(fixed ?? 52);
          }
        },
      ),
    );
  });
});
