import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json, type TestServer, testServer } from '../../src/dataverse/server.testing.ts';
import { createScratch, run, type Scratch } from '../support/program.ts';

let scratch: Scratch;
let server: TestServer;
beforeAll(async () => {
  scratch = createScratch();
  server = await testServer();
  writeFileSync(join(scratch.folder, 'ca.pem'), server.certificate);
});
afterAll(async () => {
  await server.close();
  scratch.close();
});

/** A service that repeats what it must not: secret and token, in the words of its errors. */
function indiscreet(secret: string, token: string, refusesSignIn: boolean): void {
  const held = refusesSignIn ? 'nothing' : token;
  const told = `You sent ${secret}, that is ${encodeURIComponent(secret)}, and hold ${held}.`;
  server.answer((request, response) => {
    const path = request.url ?? '';
    const answer = path.includes('.well-known')
      ? json(200, {
          token_endpoint: `${server.origin}/{tenantid}/oauth2/v2.0/token`,
          authorization_endpoint: `${server.origin}/{tenantid}/oauth2/v2.0/authorize`,
          issuer: `${server.origin}/{tenantid}/v2.0`,
          jwks_uri: `${server.origin}/keys`,
        })
      : path.includes('/token') && refusesSignIn
        ? json(401, { error: 'invalid_client', error_description: `AADSTS1: ${told}`, error_codes: [1] })
        : path.includes('/token')
          ? json(200, { token_type: 'Bearer', expires_in: 3599, access_token: token })
          : json(400, { error: { code: '0x80040203', message: told } });
    answer(request, response);
  });
}

const secretText = fc
  .string({ minLength: 8, maxLength: 60, unit: 'grapheme-ascii' })
  .filter((text) => text.trim() === text && !/^[a-z .]+$/i.test(text));
const commands = [
  ['source-dynamics365', 'check', '--config'],
  ['source-dynamics365', 'discover', '--config'],
  ['tap-dynamics365', '--discover', '--config'],
  ['tap-dynamics365', '--config'],
] as const;

it('no output byte of any command holds the secret or the token, whatever the service repeats [A9, S12]', async () => {
  await fc.assert(
    fc.asyncProperty(
      secretText,
      secretText,
      fc.boolean(),
      fc.constantFrom(...commands),
      async (secret, token, refusesSignIn, [name, ...args]) => {
        fc.pre(/^[\x21-\x7e]+$/.test(token));
        indiscreet(secret, token, refusesSignIn);
        const settings = {
          environment_url: server.origin,
          authority_host: server.origin,
          tenant_id: 'contoso.example',
          client_id: '66666666-7777-8888-9999-000000000000',
          client_secret: secret,
          log_level: 'debug',
          max_wait_seconds: 0,
        };
        const config = scratch.write('config.json', settings);
        const env = { NODE_EXTRA_CA_CERTS: join(scratch.folder, 'ca.pem'), LOG_LEVEL: 'debug' };
        const { stdout, stderr } = await run(name, [...args, config], { env });
        const text = stdout + stderr;
        expect(text).toContain('****');
        for (const form of [
          secret,
          ...(refusesSignIn ? [] : [token]),
          JSON.stringify(secret).slice(1, -1),
          encodeURIComponent(secret),
        ]) {
          expect(text).not.toContain(form);
        }
      },
    ),
    // Shrinking would start the program hundreds of times.
    { numRuns: 8, endOnFailure: true },
  );
}, 120_000);
