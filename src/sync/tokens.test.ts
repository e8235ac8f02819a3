import { describe, expect, it } from 'vitest';
import type { FramedPage } from '../records/types.ts';
import { deltaTokenOf, skipTokenOf, wentBack } from './tokens.ts';

const page = (links: Partial<FramedPage>): FramedPage => links as FramedPage;

describe('tokens', () => {
  it('are cut from links byte for byte', () => {
    const link =
      'https://org/api/data/v9.2/accounts?$select=a,b&$deltatoken=919042%2108%2f22%2f2017%2008%3a10%3a44';
    expect(deltaTokenOf(page({ deltaLink: link }))).toBe('919042%2108%2f22%2f2017%2008%3a10%3a44');
    expect(
      skipTokenOf(
        page({ nextLink: 'https://org/x?%24skiptoken=%3Ccookie%20a=%22%253c%22%20/%3E&$select=a' }),
      ),
    ).toBe('%3Ccookie%20a=%22%253c%22%20/%3E');
    expect(deltaTokenOf(page({ deltaLink: undefined }))).toBeUndefined();
    expect(skipTokenOf(page({ nextLink: 'https://org/x?$select=a' }))).toBeUndefined();
  });

  it.each([
    ['919042%2108%2f22', '919058%2108%2f22', false],
    ['919058%2108%2f22', '919042%2108%2f22', true],
    ['919058!08', '919058!09', false],
    ['99999999999999999999!a', '9!a', true],
    ['opaque', '1!a', false],
    ['5!a', 'opaque', false],
  ])('tell that the environment went back: %s then %s: %s', (asked, brought, back) => {
    expect(wentBack(asked, brought)).toBe(back);
  });
});
