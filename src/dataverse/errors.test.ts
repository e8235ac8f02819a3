import { describe, expect, it } from 'vitest';
import type { ErrorDetails, ErrorKind } from '../core/errors.ts';
import { answerError, shrinksPage } from './errors.ts';

const answer = {
  stream: 'accounts',
  url: '/api/data/v9.2/accounts?$select=name',
  status: 400,
  headers: {},
  body: '',
  attempt: 1,
};

const envelope = (code: string, message: string) => JSON.stringify({ error: { code, message } });

describe('an answer that is no success', () => {
  const cases: readonly (readonly [string, number, string, ErrorKind, ErrorDetails, string?])[] = [
    [
      'unknown table',
      404,
      envelope('0x8006088a', "Resource not found for the segment 'accounts'."),
      'not_installed',
      {},
    ],
    [
      'unknown table, newer code',
      404,
      envelope('0x80060888', "Resource not found for the segment 'accounts'."),
      'not_installed',
      {},
    ],
    [
      'unknown table in metadata',
      404,
      envelope('0x80041102', "The entity with a name = 'lead' was not found in the MetadataCache."),
      'not_installed',
      {},
    ],
    [
      'a query that is not supported',
      501,
      envelope('0x8006088a', 'The "startswith" function isn\'t supported for Metadata Entities.'),
      'protocol',
      { code: '0x8006088a' },
      'startswith',
    ],
    [
      'unknown column',
      400,
      envelope('0x0', "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'."),
      'schema',
      { property: 'Name' },
      'Name',
    ],
    [
      'unknown column, newer code',
      400,
      envelope(
        '0x80060888',
        "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'.",
      ),
      'schema',
      { property: 'Name', code: '0x80060888' },
    ],
    [
      'no application user',
      403,
      envelope('0x80072560', 'The user is not a member of the organization.'),
      'permission',
      { code: '0x80072560' },
      'application user',
    ],
    [
      'no role',
      403,
      envelope('0x80042F09', 'The user (Id = 1) has not been assigned any roles.'),
      'permission',
      { code: '0x80042f09' },
      'role',
    ],
    [
      'no privilege',
      403,
      envelope(
        '0x80040220',
        "Principal user (Id=1, type=8, roleCount=5), is missing prvReadincident privilege (Id=2) on OTC=112 for entity 'incident'.",
      ),
      'permission',
      { privilege: 'prvReadincident' },
      'prvReadincident',
    ],
    [
      'privilege without depth',
      403,
      envelope(
        '0x80040220',
        'SecLib::CheckPrivilege failed. User: 1, PrivilegeName: prvReadAccount, PrivilegeId: 2, Required Depth: Global, BusinessUnitId: 3',
      ),
      'permission',
      { privilege: 'prvReadAccount', depth: 'Global' },
      'whole organisation',
    ],
    ['another refusal', 403, '', 'permission', { status: 403 }],
    [
      'expired delta token',
      400,
      envelope(
        '0x80044352',
        'Version stamp associated with the client has expired. Please perform a full sync.',
      ),
      'expired_token',
      { code: '0x80044352' },
    ],
    [
      'expired delta token as 500, decimal code',
      500,
      envelope('-2147204270', 'x'),
      'expired_token',
      { code: '0x80044352' },
    ],
    [
      'expired delta token by its words',
      400,
      envelope(
        '0x80040216',
        'Version stamp associated with the client has expired. Please perform a full sync.',
      ),
      'expired_token',
      {},
    ],
    [
      'change tracking is off',
      400,
      envelope('0x80072491', "Entity account isn't enabled for change tracking."),
      'schema',
      { code: '0x80072491' },
    ],
    [
      '429 for requests',
      429,
      envelope('0x80072322', 'Number of requests exceeded the limit of 6000'),
      'throttled',
      { code: '0x80072322' },
    ],
    [
      '429 for time',
      429,
      envelope('0x80072321', 'Combined execution time'),
      'throttled',
      { code: '0x80072321' },
      'execution time',
    ],
    [
      '429 for concurrency',
      429,
      envelope('0x80072326', 'Number of concurrent requests exceeded'),
      'throttled',
      { code: '0x80072326' },
    ],
    ['429 of a gateway', 429, '<html>', 'throttled', { status: 429 }],
    [
      'a virtual table that is throttled',
      400,
      envelope('429', 'Too many requests'),
      'throttled',
      { code: '429' },
    ],
    ['plain-text 401', 401, 'HTTP Error 401 - Unauthorized: Access is denied', 'auth', { status: 401 }],
    ['expired token by code', 401, envelope('0x80041d52', 'ExpiredOAuthToken'), 'auth', { status: 401 }],
    ['gateway page', 502, '<html><body>Bad Gateway</body></html>', 'transient', { status: 502 }],
    [
      'server error',
      500,
      envelope('0x80040216', 'An unexpected error occurred.'),
      'transient',
      { status: 500 },
    ],
    [
      'SQL timeout',
      500,
      envelope('0x80044151', 'Sql error: Execution Timeout Expired.'),
      'transient',
      { code: '0x80044151' },
    ],
    ['too large', 413, '', 'transient', { code: 'page_too_large' }],
    ['redirect', 302, '', 'protocol', { status: 302 }, 'environment_url'],
    [
      'bad filter',
      400,
      envelope('0x80060888', "Syntax error at position 5 in 'a b c'."),
      'protocol',
      { code: '0x80060888' },
      'Syntax error at position 5',
    ],
    [
      'numeric code, not a string',
      400,
      JSON.stringify({ error: { code: -2147204270, message: 'x' } }),
      'expired_token',
      {},
    ],
  ];
  for (const [name, status, body, kind, details, words] of cases) {
    it(`is understood: ${name}`, () => {
      const error = answerError({ ...answer, status, body }, 0);
      expect(error.kind).toBe(kind);
      expect(error.details).toMatchObject(details);
      expect(error.message).toContain('accounts');
      if (words !== undefined) expect(error.message).toContain(words);
      // Messages are put together into sentences: each is one.
      expect(error.message).toMatch(/\.$/);
    });
  }

  it('410 on a delta link is an expired token', () => {
    expect(answerError({ ...answer, url: 'accounts?$deltatoken=1', status: 410 }, 0).kind).toBe(
      'expired_token',
    );
  });

  it('tells when a smaller page may help', () => {
    const shrinks = (status: number, code: string) =>
      shrinksPage(answerError({ ...answer, status, body: envelope(code, '') }, 0));
    expect([
      shrinks(500, '0x80044151'),
      shrinks(400, '0x80048574'),
      shrinks(413, ''),
      shrinks(500, '0x80040216'),
    ]).toEqual([true, true, true, false]);
  });

  it('keeps Retry-After in seconds, be it seconds or a date', () => {
    const waitOf = (value: string) =>
      answerError({ ...answer, status: 429, headers: { 'retry-after': value } }, Date.UTC(2026, 0, 1)).details
        .retryAfter;
    expect(waitOf('367')).toBe(367);
    expect(waitOf('Thu, 01 Jan 2026 00:02:00 GMT')).toBe(120);
    expect(waitOf('soon')).toBeUndefined();
  });

  it('keeps request ids for support, and no tokens', () => {
    const error = answerError(
      {
        ...answer,
        url: 'https://contoso.crm.dynamics.com/api/data/v9.2/accounts?$select=name&$skiptoken=%3Csecret%3E',
        headers: { 'x-ms-service-request-id': 'abc, abc' },
        body: envelope('0x80040203', 'Malformed $skiptoken=%3Csecret%3E'),
      },
      0,
    );
    expect(error.details).toMatchObject({ requestId: 'abc', url: 'accounts?$select=name&$skiptoken=****' });
    expect(error.message).not.toContain('secret');
  });
});
