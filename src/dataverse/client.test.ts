import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testConfig } from '../config/config.testing.ts';
import { type TestClock, testClock } from '../core/clock.testing.ts';
import { ConnectorError } from '../core/errors.ts';
import { createPool } from '../core/pool.ts';
import { createClient } from './client.ts';
import { shrinksPage } from './errors.ts';
import { failure, type Handler, json, type TestServer, testServer } from './server.testing.ts';
import type { Client } from './types.ts';

let server: TestServer;
let client: Client;
let clock: TestClock;
let tokensGot: number;
let logged: string[];

async function connect(changes: Parameters<typeof testConfig>[0] = {}): Promise<Client> {
  const config = testConfig({ environmentHost: '127.0.0.1', environmentOrigin: server.origin, ...changes });
  return createClient(config, {
    log: { log: (level, message) => logged.push(`${level} ${message}`), metric: () => {} },
    clock,
    random: () => 0.5,
    dispatcher: server.dispatcher,
    tokens: {
      token: async () => `token-${tokensGot}`,
      refresh: async () => {
        tokensGot += 1;
        return `token-${tokensGot}`;
      },
    },
  });
}

beforeEach(async () => {
  tokensGot = 1;
  logged = [];
  clock = testClock();
  server = await testServer();
  client = await connect();
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const page = { value: [{ accountid: '1' }] };
const accounts = { url: 'accounts?$select=name', stream: 'accounts', prefer: ['odata.maxpagesize=5000'] };

const metadata = { url: '$metadata', stream: 'metadata' };

async function join(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function errorOf(request: Promise<unknown>): Promise<ConnectorError> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) throw new Error(`Expected a ConnectorError, got ${String(error)}`);
  return error;
}

const gzipped =
  (body: string | Buffer, cut = 0): Handler =>
  (_request, response) => {
    const bytes = gzipSync(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(bytes.subarray(0, bytes.length - cut));
  };

/** In many pieces, and without telling the length. */
const chunked =
  (bytes: Buffer, piece: number): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    for (let at = 0; at < bytes.length; at += piece) response.write(bytes.subarray(at, at + piece));
    response.end();
  };

const reset: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"value":[');
  setImmediate(() => response.socket?.destroy());
};

describe('a request', () => {
  it('carries the headers that the service wants, and no cookie', async () => {
    server.answer(json(200, page, { 'set-cookie': 'ARRAffinity=abc; path=/; secure; HttpOnly' }));
    await client.get(accounts);
    await client.get(accounts);
    const [, second] = server.seen;
    expect(second?.headers).toMatchObject({
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'odata-version': '4.0',
      'odata-maxversion': '4.0',
      'if-none-match': 'null',
      prefer: 'odata.maxpagesize=5000',
      authorization: 'Bearer token-1',
      'user-agent': expect.stringMatching(/^tap-dynamics365\/\d/),
    });
    expect(second?.headers).not.toHaveProperty('cookie');
    expect(second?.url).toBe('/api/data/v9.2/accounts?$select=name');
  });

  it('follows a link byte for byte', async () => {
    server.answer(json(200, page));
    const path =
      "/api/data/v9.2/accounts?$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%22%20/%3E'";
    await client.get({ url: server.origin + path, stream: 'accounts' });
    expect(server.seen[0]?.url).toBe(path);
  });

  it('is counted, retries included', async () => {
    server.answer(failure(503, '', 'busy'), json(200, page));
    await client.get(accounts);
    expect(client.requests).toBe(2);
  });
});

describe('an answer', () => {
  it('is decompressed', async () => {
    const text = JSON.stringify({ value: [{ name: 'x'.repeat(100_000) }] });
    server.answer(gzipped(text));
    const answer = await client.get(accounts);
    expect(answer.body.toString()).toBe(text);
    expect(answer.status).toBe(200);
  });

  it.each([0, 1, 64 << 10, 300_000])(
    'is put together when its length is not told: %i bytes',
    async (length) => {
      const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 7919) % 251));
      server.answer(chunked(bytes, 50_000));
      expect((await client.get(accounts)).body.equals(bytes)).toBe(true);
      const pool = createPool();
      expect((await client.get({ ...accounts, pool })).body.equals(bytes)).toBe(true);
    },
  );

  it('comes as it arrives from stream()', async () => {
    const text = '<edmx/>'.repeat(50_000);
    server.answer(gzipped(text));
    expect((await client.stream(metadata, join)).toString()).toBe(text);
    expect(clock.timers).toBe(0);
  });

  it('whose reader gives up is not asked for again, and harms nobody', async () => {
    server.answer(gzipped('<edmx/>'.repeat(500_000)));
    const refused = new ConnectorError('protocol', 'what is this?');
    const refuse = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
      for await (const _ of chunks) throw refused;
    };
    expect(await errorOf(client.stream(metadata, refuse))).toMatchObject({ kind: 'protocol' });
    expect(server.seen).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });
});

describe('faults that pass', () => {
  const passing: Readonly<Record<string, Handler>> = {
    'a gateway page in HTML (502)': (_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');
    },
    'a timeout at the gateway (504)': (_request, response) => {
      response.writeHead(504).end();
    },
    'a busy service (503)': failure(503, '0x80072031', 'restarting'),
    'a connection reset before the answer': (request) => {
      request.socket.destroy();
    },
    'a connection reset within the answer': reset,
    'a truncated gzip body': gzipped(JSON.stringify(page), 5),
    'a JSON body cut short': (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[{"accountid"');
    },
  };
  for (const [name, handler] of Object.entries(passing)) {
    it(`are retried: ${name}`, async () => {
      server.answer(handler, handler, json(200, page));
      const answer = await client.get(accounts);
      expect(JSON.parse(answer.body.toString())).toEqual(page);
      expect(clock.slept).toEqual([500, 1_000]);
    });
  }

  it('are retried: a body that stalls', async () => {
    let stalled = false;
    server.answer(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"value":[');
        stalled = true;
        // Put off by the headers, and by the piece of the body that came.
        void clock.refreshed(2).then(() => clock.expire());
      },
      json(200, page),
    );
    const answer = await client.get(accounts);
    expect(stalled).toBe(true);
    expect(JSON.parse(answer.body.toString())).toEqual(page);
  });

  it('are retried by stream() too, however much had come before', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) % 251));
    server.answer(failure(503, '', ''), gzipped(bytes, 20), gzipped(bytes, 1000), gzipped(bytes));
    expect((await client.stream(metadata, join)).equals(bytes)).toBe(true);
    expect(server.seen).toHaveLength(4);
  });

  it('honour Retry-After of a 503', async () => {
    server.answer(failure(503, '', '', { 'retry-after': '17' }), json(200, page));
    await client.get(accounts);
    expect(clock.slept).toEqual([17_000]);
  });

  it('end in time when they do not pass', async () => {
    await client.close();
    client = await connect({ maxWaitSeconds: 60 });
    server.answer(failure(503, '', 'busy', { 'retry-after': '25' }));
    const error = await errorOf(client.get(accounts));
    expect(error.kind).toBe('transient');
    expect(error.message).toContain('Gave up after 3 attempts');
  });
});

describe('a 429', () => {
  it('is waited for by the gate, as long as the service asks', async () => {
    server.answer(
      failure(429, '0x80072321', 'Combined execution time', { 'retry-after': '367' }),
      json(200, page),
    );
    const before = clock.now();
    await client.get(accounts);
    expect(clock.now() - before).toBeGreaterThanOrEqual(367_000);
    expect(logged.join('\n')).toContain('Waiting 367 s');
  });
});

describe('a 401', () => {
  const unauthorised: Handler = (_request, response) => {
    response
      .writeHead(401, { 'www-authenticate': 'Bearer' })
      .end('HTTP Error 401 - Unauthorized: Access is denied');
  };
  it('is answered once by a fresh token', async () => {
    server.answer(unauthorised, json(200, page));
    await client.get(accounts);
    expect(server.seen.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });
  it('ends the request when the fresh token is refused too', async () => {
    server.answer(unauthorised);
    expect(await errorOf(client.get(accounts))).toMatchObject({ kind: 'auth' });
    expect(server.seen).toHaveLength(2);
  });
});

describe('what is not retried', () => {
  it('a page that is too much for the server: the caller is told to shrink it', async () => {
    server.answer(failure(500, '0x80044151', 'Sql error: Execution Timeout Expired.'));
    const error = await errorOf(client.get(accounts));
    expect(shrinksPage(error)).toBe(true);
    expect(server.seen).toHaveLength(1);
  });
  it('a page that keeps breaking off, after five times', async () => {
    server.answer(reset);
    const error = await errorOf(client.get(accounts));
    expect(shrinksPage(error)).toBe(true);
    expect(server.seen).toHaveLength(5);
  });
  it('a redirect, nor is the token sent on', async () => {
    server.answer((_request, response) => {
      response.writeHead(302, { location: 'https://evil.example/steal' }).end();
    });
    const error = await errorOf(client.get(accounts));
    expect(error.kind).toBe('protocol');
    expect(error.message).toContain('https://evil.example');
  });
  it.each([301, 302, 303, 307, 308])('a redirect to another port of the same host (%s)', async (status) => {
    const other = await testServer();
    server.answer((_request, response) => {
      response.writeHead(status, { location: `${other.origin}/api/data/v9.2/accounts` }).end();
    });
    expect(await errorOf(client.get(accounts))).toMatchObject({ kind: 'protocol' });
    expect([server.seen.length, other.seen.length]).toEqual([1, 0]);
    await other.close();
  });
  it('a link to another origin, however it is written', async () => {
    const other = await testServer();
    const host = other.origin.slice('https://'.length);
    const own = server.origin.slice('https://'.length);
    for (const url of [
      `${other.origin}/api/data/v9.2/accounts`,
      `HTTPS://${host}/x`,
      `https://${own}@${host}/x`,
      `https://${own}%40${host}/x`,
      `https:${host}/x`,
      `https:/\\${host}/x`,
      `https:\\\\${host}\\x`,
      `https://${own}\n@${host}/x`,
      `http://${own}/x`,
      `ftp://${own}/x`,
      `https://${own}.evil.example/x`,
      `https://evil.example#${own}/x`,
      `https://evil.example?${server.origin}/`,
    ]) {
      expect(await errorOf(client.get({ url, stream: 'accounts' })), url).toMatchObject({ kind: 'protocol' });
    }
    expect([server.seen.length, other.seen.length]).toEqual([0, 0]);
    await other.close();
  });
  it('a link without a scheme elsewhere: it is a path of the environment', async () => {
    const other = await testServer();
    server.answer(json(200, page));
    const paths = [
      `//${other.origin.slice(8)}/x`,
      `\\\\${other.origin.slice(8)}/x`,
      ` ${other.origin}/x`,
      `@${other.origin}`,
    ];
    for (const url of paths) await client.get({ url, stream: 'accounts' });
    expect([server.seen.length, other.seen.length]).toEqual([paths.length, 0]);
    await other.close();
  });
  it('a link without a path, which is the root of the environment', async () => {
    server.answer(json(200, page));
    for (const end of ['', '?$top=1', '#x'])
      await client.get({ url: server.origin + end, stream: 'accounts' });
    expect(server.seen.map(({ url }) => url)).toEqual(['/', '/?$top=1', '/#x']);
  });
  it('a link to another origin', async () => {
    const error = await errorOf(
      client.get({ url: 'https://evil.example/api/data/v9.2/accounts', stream: 'accounts' }),
    );
    expect(error.kind).toBe('protocol');
    expect(server.seen).toHaveLength(0);
  });
});

describe('aborting', () => {
  it('ends a request under way with the reason', async () => {
    const stop = new AbortController();
    server.answer(() => setImmediate(() => stop.abort(new Error('enough'))));
    await expect(client.get({ ...accounts, signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('aborting while signing in', () => {
  it('does not wait for the sign-in', async () => {
    await client.close();
    client = await createClient(
      testConfig({ environmentHost: '127.0.0.1', environmentOrigin: server.origin }),
      {
        log: { log: () => {}, metric: () => {} },
        clock,
        dispatcher: server.dispatcher,
        tokens: { token: () => new Promise(() => {}), refresh: () => new Promise(() => {}) },
      },
    );
    const stop = new AbortController();
    const asked = client.get({ ...accounts, signal: stop.signal });
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('a connection that cannot be made', () => {
  it('names the host and the setting when the host does not exist', async () => {
    await client.close();
    client = await createClient(
      testConfig({ environmentHost: 'nowhere.invalid', environmentOrigin: 'https://nowhere.invalid' }),
      {
        log: { log: () => {}, metric: () => {} },
        clock,
        tokens: { token: async () => 't', refresh: async () => 't' },
      },
    );
    const error = await errorOf(client.get(accounts));
    expect(error.message).toContain('nowhere.invalid');
  });

  it('advises NODE_EXTRA_CA_CERTS when the certificate is not trusted', async () => {
    await client.close();
    client = await createClient(
      testConfig({ environmentHost: '127.0.0.1', environmentOrigin: server.origin }),
      {
        log: { log: () => {}, metric: () => {} },
        clock,
        tokens: { token: async () => 't', refresh: async () => 't' },
        env: {},
      },
    );
    const error = await errorOf(client.get(accounts));
    expect(error.kind).toBe('config');
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS');
  });
});
