import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { testConfig } from '../config/config.testing.ts';
import { type TokenEndpoint, tokenEndpoint } from './endpoint.testing.ts';
import { signIn } from './sign-in.ts';

let endpoint: TokenEndpoint;
// In a file of its own, and so a process's first: msal-node remembers what kind of machine it is on.
beforeAll(async () => {
  endpoint = await tokenEndpoint();
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'IMDS_ENDPOINT'])
    vi.stubEnv(name, undefined);
  // The address that virtual machines have is fixed, but for this variable.
  vi.stubEnv('AZURE_POD_IDENTITY_AUTHORITY_HOST', endpoint.origin);
});
beforeEach(() => {
  endpoint.answer(200, {
    access_token: 'managed',
    expires_in: '3599',
    expires_on: String(Math.floor(Date.now() / 1000) + 3599),
    resource: 'x',
    token_type: 'Bearer',
  });
});
afterAll(() => {
  vi.unstubAllEnvs();
  endpoint.close();
});

const acquire = (id: string | undefined) =>
  signIn(testConfig({ credentials: { kind: 'managed_identity', clientId: id } }), undefined as never);

it.each([undefined, 'my-identity'])('a virtual machine gives a token of its identity: %s', async (id) => {
  const signed = await acquire(id)();
  expect(signed.token).toBe('managed');
  expect(signed.lifetimeMilliseconds).toBeGreaterThan(3_000_000);
  const url = new URL(endpoint.asked[0]?.url ?? '', 'http://x');
  expect(url.pathname).toMatch(/^\/metadata\/identity\/oauth2\/token\/?$/);
  expect(url.searchParams.get('resource')).toBe('https://contoso.crm4.dynamics.com/');
  expect(url.searchParams.get('client_id')).toBe(id ?? null);
  expect(endpoint.asked[0]?.headers['metadata']).toBe('true');
});

it('says what to do where the machine has none', async () => {
  endpoint.answer(400, { error: 'invalid_request', error_description: 'Identity not found' });
  await expect(acquire('other')()).rejects.toMatchObject({
    kind: 'auth',
    message: expect.stringMatching(/Identity not found.*credentials\.client_id/),
  });
});
