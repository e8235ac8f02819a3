import { createPrivateKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, type TestServer, testServer } from '../../src/dataverse/server.testing.ts';
import { createScratch, run, type Scratch } from '../support/program.ts';

let scratch: Scratch;
let server: TestServer;
let identity: { readonly cert: string; readonly private: string };
beforeAll(async () => {
  scratch = createScratch();
  server = await testServer();
  scratch.write('ca.pem', server.certificate);
  identity = await generate([{ name: 'commonName', value: 'tap' }], { keySize: 2048 });
});
afterAll(async () => {
  await server.close();
  scratch.close();
});

/** Everything a service could repeat of what it was sent, and what it knows, in the ways in which programs write text. */
function told(known: readonly string[]): string {
  const forms = known.flatMap((text) => [
    text,
    JSON.stringify(text),
    encodeURIComponent(text),
    new URLSearchParams({ '': text }).toString(),
    Buffer.from(text).toString('base64'),
    Buffer.from(`client:${text}`).toString('base64'),
  ]);
  return forms.map((form) => `You sent ${form}.`).join('\n');
}

/** A service that repeats what it must not, after `before` characters that have nothing to do with it. */
function indiscreet(known: readonly string[], token: string, refusesSignIn: boolean, before: number): void {
  const words = (said: readonly string[]) => '.'.repeat(before) + told(said);
  server.answer(async (request, response) => {
    const path = request.url ?? '';
    const answer = path.includes('.well-known')
      ? json(200, {
          token_endpoint: `${server.origin}/{tenantid}/oauth2/v2.0/token`,
          authorization_endpoint: `${server.origin}/{tenantid}/oauth2/v2.0/authorize`,
          issuer: `${server.origin}/{tenantid}/v2.0`,
          jwks_uri: `${server.origin}/keys`,
        })
      : path.includes('/token')
        ? refusesSignIn
          ? refusal(words([...(await parametersOf(request)), ...known]))
          : json(200, { token_type: 'Bearer', expires_in: 3599, access_token: token })
        : json(400, {
            error: { code: '0x80040203', message: words([token, ...known]) },
          });
    answer(request, response);
  });
}

const refusal = (said: string) =>
  json(401, { error: 'invalid_client', error_description: `AADSTS1: ${said}`, error_codes: [1] });

/** The secret ones among the parameters of a form. */
async function parametersOf(request: IncomingMessage): Promise<readonly string[]> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const parameters = new URLSearchParams(body);
  return ['client_secret', 'client_assertion'].flatMap((name) => parameters.getAll(name));
}

/** Text of a secret: any signs, line ends and quotes among them, and nothing that stands in ordinary words. */
const secretText = fc
  .tuple(
    fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme-composite' }),
    fc.constantFrom('', '"', "'", '\n', '\\', '%', '+', 'é', '\u2028', '😀', ' '),
    fc.uuid(),
  )
  .map(([any, sign, guid]) => `${guid.slice(0, 8)}${sign}${any.trim()}${sign}${guid.slice(-12)}`);
const tokenText = fc.uuid().map((guid) => `eyJ0.${guid.replaceAll('-', '')}.sig`);

const catalog = {
  streams: [
    {
      stream: {
        name: 'accounts',
        json_schema: { type: 'object', properties: {} },
        supported_sync_modes: ['full_refresh'],
      },
      sync_mode: 'full_refresh',
      destination_sync_mode: 'append',
    },
  ],
};
/** Arguments after the configuration. */
const commands = [
  ['source-dynamics365', ['check']],
  ['source-dynamics365', ['discover', '--debug']],
  ['source-dynamics365', ['read', '--catalog', 'CATALOG']],
  ['tap-dynamics365', ['check']],
  ['tap-dynamics365', ['--discover']],
  ['tap-dynamics365', ['--debug']],
] as const;

/** Ways to give a secret: as settings in a file, as an object, beside a certificate, in the environment. */
const givings = ['flat', 'object', 'certificate', 'environment'] as const;

interface Case {
  readonly secret: string;
  readonly token: string;
  readonly refusesSignIn: boolean;
  readonly command: (typeof commands)[number];
  readonly giving: (typeof givings)[number];
  readonly before: number;
}

const app = { tenant_id: 'contoso.example', client_id: '66666666-7777-8888-9999-000000000000' };

/** The key of the certificate, encrypted with the secret. */
function lockedKey(passphrase: string): string {
  return createPrivateKey(identity.private)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
}

function signInSettings(giving: Case['giving'], secret: string, key: string): Record<string, unknown> {
  switch (giving) {
    case 'flat':
      return { ...app, client_secret: secret };
    case 'object':
      return { credentials: { auth_type: 'client_secret', ...app, client_secret: secret } };
    case 'certificate':
      return {
        credentials: {
          auth_type: 'certificate',
          ...app,
          certificate: identity.cert,
          private_key: key,
          passphrase: secret,
        },
      };
    case 'environment':
      return {};
  }
}

/** Runs a command against the indiscreet service: all that it wrote. */
async function outputOf({ secret, token, refusesSignIn, command, giving, before }: Case) {
  const key = giving === 'certificate' ? lockedKey(secret) : '';
  indiscreet([secret, ...key.split('\n').slice(1, 4)].filter(Boolean), token, refusesSignIn, before);
  const [name, [verb, ...more]] = command;
  const config = scratch.write('config.json', {
    environment_url: server.origin,
    authority_host: server.origin,
    log_level: 'debug',
    max_wait_seconds: 0,
    ...signInSettings(giving, secret, key),
  });
  const inEnvironment = giving === 'environment';
  const env = {
    NODE_EXTRA_CA_CERTS: join(scratch.folder, 'ca.pem'),
    LOG_LEVEL: 'debug',
    ...(inEnvironment
      ? {
          TAP_DYNAMICS365_CREDENTIALS: JSON.stringify({
            auth_type: 'client_secret',
            ...app,
            client_secret: secret,
          }),
        }
      : {}),
  };
  const paths = more.map((word) => (word === 'CATALOG' ? scratch.write('catalog.json', catalog) : word));
  const configs = ['--config', config, ...(inEnvironment ? ['--config', 'ENV'] : [])];
  const { stdout, stderr } = await run(name, [verb, ...configs, ...paths], { env });
  return { text: stdout + stderr, key };
}

/** No piece of a secret of this length may be seen: one that was cut off has lost most of what it protects, too. */
const piece = 10;

function expectNothingOf(text: string, secret: string): void {
  const signs = [...secret];
  for (let at = 0; at + piece <= signs.length; at += 1) {
    const part = signs.slice(at, at + piece).join('');
    for (const form of [part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part)])
      expect(text.includes(form), `${JSON.stringify(form)} in ${text}`).toBe(false);
  }
  const whole = Buffer.from(secret).toString('base64');
  expect(text).not.toContain(whole.slice(0, -4));
}

async function expectDiscretion(given: Case): Promise<void> {
  const { text, key } = await outputOf(given);
  expect(text).toContain('****');
  expectNothingOf(text, given.secret);
  expectNothingOf(text, given.token);
  for (const line of key.split('\n').filter((part) => part.length >= 16 && !part.startsWith('-')))
    expect(text).not.toContain(line);
  // Of a signed assertion, nothing: its header tells which certificate it is.
  expect(text).not.toMatch(/eyJ[\w-]{20,}/);
}

describe('no output byte of any command holds a secret, whatever the service repeats [A9, S12]', () => {
  const hard = '0a1b2c3d"\'\\ +%é😀\n<&>(!)*~0123456789ab';
  const token = 'eyJ0.0123456789abcdef0123456789abcdef.sig';
  // Each command, and each way to give a secret, at least once: starting the program takes its time.
  const cases = commands.map((command, at) => ({ command, giving: givings[at % givings.length] ?? 'flat' }));
  it.each(cases)('$command, given as $giving', async ({ command, giving }) => {
    for (const refusesSignIn of [true, false])
      await expectDiscretion({ secret: hard, token, refusesSignIn, command, giving, before: 0 });
  });

  it('nor the beginning of one, where the words of the service are cut off', async () => {
    const command = commands[3];
    // Messages of the service are cut at 500 characters: that is in the middle of the secret.
    for (const refusesSignIn of [true, false])
      await expectDiscretion({
        secret: hard.replaceAll('\n', ''),
        token,
        refusesSignIn,
        command,
        giving: 'flat',
        before: 475,
      });
  });

  it('be it what it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          secret: secretText,
          token: tokenText,
          refusesSignIn: fc.boolean(),
          command: fc.constantFrom(...commands),
          giving: fc.constantFrom(...givings),
          before: fc.nat(480),
        }),
        expectDiscretion,
      ),
      // Shrinking would start the program hundreds of times.
      { numRuns: 5, endOnFailure: true },
    );
  }, 120_000);
});
