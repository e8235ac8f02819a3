import { verify, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { testConfig } from '../config/config.testing.ts';
import { ConnectorError } from '../core/errors.ts';
import { secret } from '../core/secret.ts';
import { json, type TestServer, testServer } from '../dataverse/server.testing.ts';
import { type TokenEndpoint, tokenEndpoint } from './endpoint.testing.ts';
import { signIn } from './sign-in.ts';

const tenantId = 'contoso.onmicrosoft.com';
const clientId = '66666666-7777-8888-9999-000000000000';

async function errorOf(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectorError)) throw new Error(`Expected a ConnectorError, got ${String(error)}`);
  return error;
}

describe('signing in with a certificate', () => {
  let server: TestServer;
  let assertion: string;
  let identity: { readonly cert: string; readonly private: string };
  beforeEach(async () => {
    identity = await generate([{ name: 'commonName', value: 'tap' }], { keySize: 2048 });
    server = await testServer();
    server.answer(
      json(200, {
        token_endpoint: `${server.origin}/{tenantid}/oauth2/v2.0/token`,
        authorization_endpoint: `${server.origin}/{tenantid}/oauth2/v2.0/authorize`,
        issuer: `${server.origin}/{tenantid}/v2.0`,
        jwks_uri: `${server.origin}/keys`,
      }),
      (request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => {
          assertion = new URLSearchParams(body).get('client_assertion') ?? '';
          json(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'signed' })(request, response);
        });
      },
    );
  });
  afterEach(() => server.close());

  const config = (certificate: string, privateKey: string, passphrase?: string) =>
    testConfig({
      authorityHost: server.origin,
      credentials: {
        kind: 'certificate',
        tenantId,
        clientId,
        certificate,
        privateKey: secret(privateKey),
        passphrase: passphrase === undefined ? undefined : secret(passphrase),
      },
    });

  it('proves possession of the key by a signed assertion', async () => {
    const acquired = await signIn(config(identity.cert, identity.private), server.dispatcher)();
    expect(acquired.token).toBe('signed');
    expect(acquired.lifetimeMilliseconds).toBeGreaterThan(3_500_000);
    const [head = '', payload = '', signature = ''] = assertion.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString());
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const { publicKey, fingerprint256 } = new X509Certificate(identity.cert);
    expect(header['x5t#S256']).toBe(
      Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
    );
    expect(claims).toMatchObject({
      iss: clientId,
      sub: clientId,
      aud: expect.stringContaining(server.origin),
    });
    const padding = header.alg === 'PS256' ? { padding: 6, saltLength: 32 } : {};
    const signed = Buffer.from(`${head}.${payload}`);
    expect(
      verify('sha256', signed, { key: publicKey, ...padding }, Buffer.from(signature, 'base64url')),
    ).toBe(true);
  });

  it('says which settings to check when the key cannot be used', async () => {
    const broken = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
    const error = await errorOf(signIn(config(identity.cert, broken), server.dispatcher)());
    expect(error.kind).toBe('config');
    expect(error.message).toContain('credentials.private_key cannot be read');
    expect(error.message).not.toContain('AAAA');
    expect(server.seen).toHaveLength(0);
  });
});

describe('signing in as a managed identity', () => {
  let endpoint: TokenEndpoint;
  // One for all: msal-node remembers the first address in a process.
  beforeAll(async () => {
    endpoint = await tokenEndpoint();
    // The form of App Service; that of a virtual machine is in imds.test.ts.
    vi.stubEnv('IDENTITY_ENDPOINT', `${endpoint.origin}/msi/token`);
    vi.stubEnv('IDENTITY_HEADER', 'abc');
  });
  beforeEach(() => {
    const expires = String(Math.floor(Date.now() / 1000) + 3600);
    endpoint.answer(200, { access_token: 'managed', expires_on: expires, token_type: 'Bearer' });
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    endpoint.close();
  });

  const acquire = (id: string | undefined) =>
    // The proxy's dispatcher must not be used: the endpoint belongs to this machine.
    signIn(testConfig({ credentials: { kind: 'managed_identity', clientId: id } }), undefined as never);

  it('asks the machine for a token of the environment', async () => {
    const signed = await acquire('my-identity')();
    expect(signed.token).toBe('managed');
    expect(signed.lifetimeMilliseconds).toBeGreaterThan(3_000_000);
    const query = new URL(endpoint.asked[0]?.url ?? '', 'http://x').searchParams;
    expect(query.get('resource')).toBe('https://contoso.crm4.dynamics.com/');
    expect(query.get('client_id')).toBe('my-identity');
    expect(endpoint.asked[0]?.headers['x-identity-header']).toBe('abc');
  });

  it('gets a new one each time it is asked', async () => {
    const again = acquire(undefined);
    await again();
    await again();
    expect(endpoint.asked).toHaveLength(2);
  });

  it('says what to do when there is none', async () => {
    endpoint.answer(400, {
      statusCode: 400,
      message: 'No User Assigned or Delegated Managed Identity found for specified ClientId.',
    });
    const error = await errorOf(acquire('other')());
    expect(error.kind).toBe('auth');
    expect(error.message).toContain('managed identity');
    expect(error.message).toContain('No User Assigned');
  });
});
