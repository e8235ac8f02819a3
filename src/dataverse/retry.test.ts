import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError, type ErrorDetails, type ErrorKind } from '../core/errors.ts';
import { decide } from './retry.ts';

const attempt = { made: 1, breaks: 0, waited: 0, mayWait: 1_800_000, refreshed: false, shrinkable: true };
const error = (kind: ErrorKind, details: ErrorDetails = {}) => new ConnectorError(kind, 'x', details);
const again = (after: number, freshToken = false) => ({ kind: 'again', after, freshToken });
const stop = { kind: 'stop', outOfTime: false };

describe('after a failed attempt', () => {
  const cases = [
    [
      '429: as long as Retry-After says',
      {},
      error('throttled', { status: 429, retryAfter: 427 }),
      again(427_000),
    ],
    [
      '429: not at once, even if it says 0',
      {},
      error('throttled', { status: 429, retryAfter: 0 }),
      again(1_000),
    ],
    ['429 without Retry-After: some seconds', {}, error('throttled', { status: 429 }), again(5_000)],
    ['429: any number of times', { made: 500 }, error('throttled', { retryAfter: 1 }), again(1_000)],
    ['503 with Retry-After', {}, error('transient', { status: 503, retryAfter: 30 }), again(30_000)],
    ['503: half of the first backoff', {}, error('transient', { status: 503 }), again(500)],
    ['503: doubling', { made: 4 }, error('transient', { status: 503 }), again(4_000)],
    ['503: up to a minute', { made: 40 }, error('transient', { status: 503 }), again(30_000)],
    ['a reset connection', { made: 2 }, error('transient', { code: 'ECONNRESET' }), again(1_000)],
    ['500: a few times', { made: 5 }, error('transient', { status: 500 }), again(8_000)],
    ['500: then no more', { made: 6 }, error('transient', { status: 500 }), stop],
    [
      '400 with the code of a passing problem: a few times',
      { made: 6 },
      error('transient', { status: 400 }),
      stop,
    ],
    ['401: once, with a fresh token', {}, error('auth', { status: 401 }), again(0, true)],
    ['401: not twice', { refreshed: true }, error('auth', { status: 401 }), stop],
    ['a refused sign-in', {}, error('auth', { code: 'AADSTS7000215' }), stop],
    [
      'a SQL timeout of a page: the caller shrinks it',
      {},
      error('transient', { status: 500, code: '0x80044151' }),
      stop,
    ],
    [
      'a SQL timeout of anything else',
      { shrinkable: false },
      error('transient', { status: 500, code: '0x80044151' }),
      again(500),
    ],
    ['a page that broke off', { breaks: 4 }, error('transient', { code: 'page_incomplete' }), again(500)],
    [
      'a page that broke off once too often',
      { breaks: 5 },
      error('transient', { code: 'page_incomplete' }),
      stop,
    ],
    [
      'a large answer that is no page and breaks off',
      { breaks: 9, shrinkable: false },
      error('transient', { code: 'page_incomplete' }),
      again(500),
    ],
    ['a stalled page', { breaks: 5 }, error('transient', { code: 'stalled' }), stop],
    [
      'an answer that is too large',
      { shrinkable: false },
      error('transient', { code: 'page_too_large' }),
      stop,
    ],
    [
      'out of time',
      { waited: 1_790_000 },
      error('throttled', { retryAfter: 11 }),
      { kind: 'stop', outOfTime: true },
    ],
  ] as const;
  for (const [name, changes, failed, expected] of cases) {
    it(name, () => {
      expect(decide({ ...attempt, ...changes }, failed, () => 0.5)).toEqual(expected);
    });
  }

  it('nothing else is tried again', () => {
    for (const kind of [
      'config',
      'permission',
      'expired_token',
      'not_installed',
      'schema',
      'protocol',
      'bug',
    ] as const) {
      expect(decide(attempt, error(kind, { status: 500, retryAfter: 1 }), () => 0.5)).toEqual(stop);
    }
  });

  it('the time spent never exceeds what it may', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.array(fc.integer({ min: 0, max: 900 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (mayWait, afters, random) => {
          let waited = 0;
          for (const [place, retryAfter] of afters.entries()) {
            const decision = decide(
              { ...attempt, made: place + 1, waited, mayWait },
              error('throttled', { retryAfter }),
              () => random,
            );
            if (decision.kind === 'stop') break;
            waited += decision.after;
          }
          expect(waited).toBeLessThanOrEqual(mayWait);
        },
      ),
    );
  });
});
