import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentOf, maskTokens, pathOf, redactUrl } from './environment.ts';

const environment = environmentOf({
  environmentHost: 'contoso.crm4.dynamics.com',
  environmentOrigin: 'https://contoso.crm4.dynamics.com',
});
const base = '/api/data/v9.2/';

describe('the path to ask for', () => {
  const cases = [
    ['accounts?$select=name', `${base}accounts?$select=name`],
    ['/api/data/v9.1/accounts', '/api/data/v9.1/accounts'],
    [
      'https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$skiptoken=%3Ccookie%20',
      `${base}accounts?$skiptoken=%3Ccookie%20`,
    ],
    // The environment's other host serves the same, and the token stays where it belongs.
    ['https://contoso.api.crm4.dynamics.com/api/data/v9.2/accounts', `${base}accounts`],
    ['HTTPS://CONTOSO.crm4.dynamics.com/x', '/x'],
    ['https://contoso.crm4.dynamics.com:443/x', '/x'],
    ['https://contoso.crm4.dynamics.com', '/'],
    ['accounts?$filter=modifiedon ge 2024-01-01', `${base}accounts?$filter=modifiedon%20ge%202024-01-01`],
    ["accounts?$filter=name eq 'Zoë'", `${base}accounts?$filter=name%20eq%20'Zo%C3%AB'`],
  ] as const;
  for (const [url, path] of cases) it(url, () => expect(pathOf(url, environment)).toBe(path));

  const elsewhere = [
    'https://evil.example/api/data/v9.2/accounts',
    'http://contoso.crm4.dynamics.com/api/data/v9.2/accounts',
    'https://contoso.crm4.dynamics.com:8443/x',
    'https://contoso.crm4.dynamics.com.evil.example/x',
    'https://contoso.crm4.dynamics.com@evil.example/x',
    'https://other.crm4.dynamics.com/x',
    'https://xcontoso.crm4.dynamics.com/x',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://',
  ];
  for (const url of elsewhere) {
    it(`is refused elsewhere: ${url}`, () => expect(() => pathOf(url, environment)).toThrow('not followed'));
  }

  it('is the link byte for byte', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
        (rest) => {
          expect(pathOf(`https://contoso.crm4.dynamics.com/${rest}`, environment)).toBe(`/${rest}`);
        },
      ),
    );
  });
});

describe('a URL in a log', () => {
  it('shows no tokens, wherever they stand', () => {
    expect(
      redactUrl(
        'https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$select=name&$deltatoken=919042%2108',
      ),
    ).toBe('accounts?$select=name&$deltatoken=****');
    expect(maskTokens('Malformed $skiptoken=%3Cabc%3E in the query')).toBe(
      'Malformed $skiptoken=**** in the query',
    );
    expect(maskTokens('%24skiptoken%3dabc')).toBe('%24skiptoken%3d****');
  });
  it('has a readable length', () => {
    expect(redactUrl(`accounts?$select=${'x'.repeat(5_000)}`).length).toBeLessThan(310);
  });
});
