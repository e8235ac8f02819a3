import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorld } from '../world.ts';
import { sqlOrder } from './guid.ts';
import { permutation } from './permutation.ts';

describe('a permutation', () => {
  it('gives every number once, and is walked back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (count, salt) => {
        const order = permutation(count, salt);
        const seen = new Set<number>();
        for (let value = 0; value < count; value++) {
          const place = order.forward(value);
          expect(place).toBeLessThan(count);
          expect(order.back(place)).toBe(value);
          seen.add(place);
        }
        expect(seen.size).toBe(count);
      }),
      { numRuns: 30 },
    );
  });
});

describe('generated rows', () => {
  const sizes = fc.integer({ min: 1, max: 2000 });
  const rowsOf = (count: number, seed: number) => {
    const rows = createWorld({ seed, now: Date.UTC(2025, 5, 1), rows: { '*': 1, accounts: count } }).writable(
      'account',
    )?.generated;
    if (rows === undefined) throw new Error('there are no accounts');
    return rows;
  };

  it('are found by their keys, which ascend with the rank in SQL order', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 1000 }), (count, seed) => {
        const rows = rowsOf(count, seed);
        let before = '';
        for (let rank = 0; rank < count; rank++) {
          const index = rows.atRank(rank);
          const key = rows.key(index);
          expect(rows.find(key)).toBe(index);
          expect(rows.rankOf(sqlOrder(key))).toBeLessThanOrEqual(rank);
          expect(sqlOrder(key) > before).toBe(true);
          before = sqlOrder(key);
        }
        expect(rows.find('00000000-0000-4000-8000-000000000000')).toBeUndefined();
      }),
      { numRuns: 15 },
    );
  });

  it('have dates and versions that rise with the index, created before modified', () => {
    const rows = rowsOf(1500, 3);
    for (let index = 1; index < rows.count; index++) {
      for (const column of ['createdon', 'modifiedon', 'versionnumber'] as const) {
        expect(rows.rising(column, index)).toBeGreaterThan(rows.rising(column, index - 1));
      }
      expect(rows.rising('createdon', index)).toBeLessThanOrEqual(rows.rising('modifiedon', index));
    }
  });

  it('cost no memory worth speaking of, however many there are', () => {
    const rows = rowsOf(1_000_000, 1);
    const key = rows.key(987_654);
    expect(rows.find(key)).toBe(987_654);
    expect(rows.row(987_654).value('accountid')).toBe(key);
  });
});
