import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testConfig } from '../config/config.testing.ts';
import { testClock } from '../core/clock.testing.ts';
import { ConnectorError } from '../core/errors.ts';
import { redactor } from '../core/redact.ts';
import { createDispatcher } from '../dataverse/dispatcher.ts';
import { json, type TestServer, testServer } from '../dataverse/server.testing.ts';
import { tokenSource } from './token-source.ts';

let server: TestServer;
beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server.close());

const discovery = () =>
  json(200, {
    token_endpoint: `${server.origin}/tenant/oauth2/v2.0/token`,
    authorization_endpoint: `${server.origin}/tenant/oauth2/v2.0/authorize`,
    issuer: `${server.origin}/tenant/v2.0`,
    jwks_uri: `${server.origin}/tenant/discovery/v2.0/keys`,
  });
const token = (value: string, seconds = 3599) =>
  json(200, { token_type: 'Bearer', expires_in: seconds, access_token: value });
const refused = (code: number, text: string, status = 401) =>
  json(status, {
    error: 'invalid_client',
    error_description: `AADSTS${code}: ${text} Trace ID: 1`,
    error_codes: [code],
  });

function source(options: Parameters<typeof tokenSource>[2] = {}) {
  return tokenSource(testConfig({ authorityHost: server.origin }), server.dispatcher, options);
}

async function errorOf(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectorError)) throw new Error(`Expected a ConnectorError, got ${String(error)}`);
  return error;
}

describe('a token source', () => {
  it('signs in at the configured host alone', async () => {
    server.answer(discovery(), token('first'));
    expect(await source().token()).toBe('first');
    expect(server.seen.map((request) => `${request.method} ${request.url?.split('?')[0]}`)).toEqual([
      'GET /11111111-2222-3333-4444-555555555555/v2.0/.well-known/openid-configuration',
      'POST /11111111-2222-3333-4444-555555555555/oauth2/v2.0/token',
    ]);
  });

  it.each(['http:', 'https://169.254.169.254'])('does not follow the service to %s', async (start) => {
    const elsewhere = start === 'http:' ? server.origin.replace('https:', start) : start;
    server.answer(
      json(200, {
        token_endpoint: `${elsewhere}/token`,
        authorization_endpoint: `${server.origin}/authorize`,
        issuer: `${server.origin}/v2.0`,
        jwks_uri: `${server.origin}/keys`,
      }),
    );
    const hosted = createDispatcher({ DEPLOYMENT_MODE: 'cloud' });
    // This machine itself is one of the private hosts: only the way that the service names is tried.
    const dispatcher = server.dispatcher.compose(
      (dispatch) => (options, handler) =>
        String(options.origin) === server.origin
          ? dispatch(options, handler)
          : hosted.dispatch(options, handler),
    );
    const error = await errorOf(
      tokenSource(testConfig({ authorityHost: server.origin }), dispatcher).token(),
    );
    expect(error.kind).toBe('config');
    expect(server.seen.map(({ method }) => method)).toEqual(['GET']);
    await hosted.destroy();
  });

  it('makes one request for many callers, and keeps the token', async () => {
    server.answer(discovery(), token('first'));
    const tokens = source();
    const got = await Promise.all([tokens.token(), tokens.token(), tokens.token()]);
    expect(got).toEqual(['first', 'first', 'first']);
    await tokens.token();
    expect(server.seen).toHaveLength(2);
  });

  it('renews before the token ends', async () => {
    const clock = testClock();
    server.answer(discovery(), token('first'), token('second'));
    const tokens = source({ clock });
    await tokens.token();
    clock.advance(54 * 60_000);
    expect(await tokens.token()).toBe('first');
    clock.advance(2 * 60_000);
    expect(await tokens.token()).toBe('second');
  });

  it('keeps a short-lived token for most of its life', async () => {
    const clock = testClock();
    server.answer(discovery(), token('first', 60), token('second', 60));
    const tokens = source({ clock });
    await tokens.token();
    clock.advance(40_000);
    expect(await tokens.token()).toBe('first');
    clock.advance(15_000);
    expect(await tokens.token()).toBe('second');
  });

  it('renews once when several requests were refused with the same token', async () => {
    server.answer(discovery(), token('first'), token('second'));
    const tokens = source();
    await tokens.token();
    expect(await Promise.all([tokens.refresh('first'), tokens.refresh('first')])).toEqual([
      'second',
      'second',
    ]);
    expect(await tokens.refresh('first')).toBe('second');
    expect(server.seen).toHaveLength(3);
  });

  it('renews once more where the token that replaced a refused one has ended, too', async () => {
    const clock = testClock();
    server.answer(discovery(), token('first'), token('second'), token('third'));
    const tokens = source({ clock });
    await tokens.token();
    expect(await tokens.refresh('first')).toBe('second');
    clock.advance(60 * 60_000);
    expect(await tokens.refresh('first')).toBe('third');
  });

  it('tells each token, so that it can be masked', async () => {
    const redact = redactor([]);
    server.answer(discovery(), token('first'));
    await source({ redact }).token();
    expect(redact('Bearer first')).toBe('Bearer ****');
  });
});

describe('a refused sign-in says what to do', () => {
  const cases = [
    [7000215, 'Invalid client secret provided.', 'client_secret'],
    [7000222, 'The provided client secret keys are expired.', 'expired'],
    [700016, 'Application not found in the directory.', 'client_id'],
    [500011, 'The resource principal was not found in the tenant.', 'environment_url'],
    [70011, 'The provided value for the input parameter scope is not valid.', 'environment_url'],
    [
      700027,
      'The certificate with identifier used to sign the client assertion is not registered.',
      'Upload',
    ],
  ] as const;
  for (const [code, text, advice] of cases) {
    it(`AADSTS${code}`, async () => {
      server.answer(discovery(), refused(code, text));
      const error = await errorOf(source().token());
      expect(error).toMatchObject({ kind: 'auth', details: { code: `AADSTS${code}` } });
      expect(error.message).toContain(advice);
    });
  }

  it('AADSTS90002, which the discovery of the tenant tells already', async () => {
    server.answer(
      json(400, {
        error: 'invalid_tenant',
        error_description: "AADSTS90002: Tenant 'x' not found. Trace ID: 1",
      }),
    );
    const error = await errorOf(source().token());
    expect(error).toMatchObject({ kind: 'auth', details: { code: 'AADSTS90002' } });
    expect(error.message).toContain('tenant_id');
  });

  it('a code that is not known, in the words of the service', async () => {
    server.answer(discovery(), refused(123456, 'Something new.'));
    expect((await errorOf(source().token())).message).toContain('Something new.');
  });
});

describe('a login host that is none', () => {
  const cases = [
    [
      'redirects',
      (_: unknown, response: ServerResponse) =>
        response.writeHead(302, { location: 'https://evil.example/' }).end(),
    ],
    [
      'answers with a page',
      (_: unknown, response: ServerResponse) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['knows no such path', json(404, {})],
  ] as const;
  for (const [name, handler] of cases) {
    it(`is named, with the setting to check, when it ${name}`, async () => {
      server.answer(handler);
      const error = await errorOf(source().token());
      expect(['auth', 'config']).toContain(error.kind);
      expect(error.message).toContain('authority_host');
    });
    it(`is named, too, when it ${name} in place of a token`, async () => {
      server.answer(discovery(), handler);
      const error = await errorOf(source().token());
      expect(['auth', 'config']).toContain(error.kind);
      expect(error.message).toContain('authority_host');
    });
  }
});

describe('trouble that passes', () => {
  it('is transient when the login host cannot be reached any more', async () => {
    server.answer(discovery(), token('first'), (request) => request.socket.destroy());
    const tokens = source();
    await tokens.token();
    expect((await errorOf(tokens.refresh('first'))).kind).toBe('transient');
  });
  it('is transient when the service is down', async () => {
    server.answer(discovery(), json(503, {}));
    expect((await errorOf(source().token())).kind).toBe('transient');
  });
  it('does not stick: the next call signs in anew', async () => {
    server.answer(json(503, {}), discovery(), token('first'));
    const tokens = source();
    await errorOf(tokens.token());
    expect(await tokens.token()).toBe('first');
  });
});
