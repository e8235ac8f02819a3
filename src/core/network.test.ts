import { describe, expect, it } from 'vitest';
import { networkCode, networkError } from './network.ts';

const failing = (code: string, more: object = {}) => Object.assign(new Error('x'), { code, ...more });

describe('a failed connection', () => {
  const cases = [
    [
      'a host that does not exist',
      failing('ENOTFOUND', { hostname: 'org.crm.dynamics.com' }),
      'config',
      'environment_url',
    ],
    [
      'a proxy that does not exist',
      failing('ENOTFOUND', { hostname: 'proxy.corp' }),
      'config',
      'HTTPS_PROXY',
    ],
    [
      'a proxy that wants a password',
      new Error('Proxy response (407) !== 200 when HTTP Tunneling'),
      'config',
      'user:password',
    ],
    [
      'a proxy that does not let us out',
      new Error('Proxy response (403) !== 200 when HTTP Tunneling'),
      'config',
      '403',
    ],
    ['an unknown authority', failing('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'config', 'NODE_EXTRA_CA_CERTS'],
    ['an expired certificate', failing('CERT_HAS_EXPIRED'), 'config', 'CERT_HAS_EXPIRED'],
    ["another host's certificate", failing('ERR_TLS_CERT_ALTNAME_INVALID'), 'config', 'not trusted'],
    ['a closed port', failing('ECONNREFUSED'), 'transient', 'refused (ECONNREFUSED)'],
    [
      'a closed port, which may be that of a proxy',
      failing('ECONNREFUSED', { address: '10.0.0.9', port: 8080 }),
      'transient',
      'refused by 10.0.0.9, port 8080',
    ],
    ['a request that cannot be made', failing('UND_ERR_INVALID_ARG'), 'bug', 'could not be made'],
    [
      'several addresses, all closed',
      new AggregateError([failing('ECONNREFUSED'), failing('EHOSTUNREACH')]),
      'transient',
      'refused',
    ],
    ['a reset', failing('ECONNRESET'), 'transient', 'closed'],
    ['no network', failing('EAI_AGAIN'), 'transient', 'online'],
    ['a slow connection', failing('UND_ERR_CONNECT_TIMEOUT'), 'transient', 'in time'],
    [
      'a cause within',
      new Error('fetch failed', { cause: failing('ECONNRESET') }),
      'transient',
      'ECONNRESET',
    ],
    ['something else', 'what?', 'transient', 'unknown'],
  ] as const;
  for (const [name, thrown, kind, words] of cases) {
    it(`is told apart: ${name}`, () => {
      const error = networkError(thrown, 'org.crm.dynamics.com', 'environment_url');
      expect(error.kind).toBe(kind);
      expect(error.message).toContain(words);
    });
  }

  it('has the code of its innermost cause', () => {
    expect(
      networkCode(Object.assign(new Error('x', { cause: failing('ECONNRESET') }), { code: 'OUTER' })),
    ).toBe('ECONNRESET');
  });
});
