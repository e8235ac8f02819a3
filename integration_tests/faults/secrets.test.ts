import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json, type TestServer, testServer } from '../../src/dataverse/server.testing.ts';

const bin = (name: string) => fileURLToPath(new URL(`../../dist/bin/${name}.js`, import.meta.url));

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tap-dynamics365-secrets-'));
  server = await testServer();
  writeFileSync(join(folder, 'ca.pem'), server.certificate);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Runs a program to its end; all that it wrote, on both ways out. */
function run(
  name: string,
  args: readonly string[],
): Promise<{ readonly output: Buffer; readonly code: number | null }> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), LOG_LEVEL: 'debug' };
  const child = spawn(process.execPath, [bin(name), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ output: Buffer.concat(chunks), code }));
  });
}

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

it('no output byte of any command holds the secret or the token, whatever the service repeats', async () => {
  await fc.assert(
    fc.asyncProperty(
      secretText,
      secretText,
      fc.boolean(),
      fc.constantFrom(...commands),
      async (secret, token, refusesSignIn, [name, ...args]) => {
        fc.pre(/^[\x21-\x7e]+$/.test(token));
        indiscreet(secret, token, refusesSignIn);
        const config = join(folder, 'config.json');
        const settings = {
          environment_url: server.origin,
          authority_host: server.origin,
          tenant_id: 'contoso.example',
          client_id: '66666666-7777-8888-9999-000000000000',
          client_secret: secret,
          log_level: 'debug',
          max_wait_seconds: 0,
        };
        writeFileSync(config, JSON.stringify(settings));
        const { output } = await run(name, [...args, config]);
        const text = output.toString();
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
