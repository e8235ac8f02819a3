import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCookie, writeCookie } from './cookie.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/).filter((each) => each !== '__proto__');
const value = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });

describe('the paging cookie', () => {
  it('comes back as it was written, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value, value), {
          minLength: 1,
          maxLength: 4,
          selector: ([each]) => each,
        }),
        fc.integer({ min: 2, max: 10_000 }),
        fc.boolean(),
        fc.option(fc.integer({ min: 0, max: 2 ** 50 }), { nil: undefined }),
        (columns, page, tracking, maxTimestamp) => {
          const cookie = {
            page,
            tracking,
            maxTimestamp,
            last: new Map(columns.map(([column, last]) => [column, last])),
            first: new Map(columns.map(([column, , first]) => [column, first])),
          };
          const written = writeCookie(cookie);
          expect(written).toMatch(/^[!-~]+$/);
          expect(readCookie(decodeURIComponent(written))).toEqual(cookie);
        },
      ),
    );
  });
});
