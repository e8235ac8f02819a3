import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PlainAnswer, type PlainClient, plainClient } from '../../src/simulator/client.testing.ts';
import { type Fault, type Simulator, startSimulator } from '../../src/simulator/index.ts';

const gzip = { 'accept-encoding': 'gzip' };

describe.each([{ prebuilt: false }, { prebuilt: true }])('faults of an environment with %j', (options) => {
  let simulator: Simulator;
  let client: PlainClient;
  beforeEach(async () => {
    simulator = await startSimulator({ ...options, rows: { '*': 10, accounts: 200 } });
    client = await plainClient(simulator.ready);
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const strike = (fault: Fault): string => simulator.control.addFault(fault);
  const read = (headers: Record<string, string> = gzip): Promise<PlainAnswer> =>
    client.get('accounts?$select=name,accountnumber', headers);
  const strikes = (): number[] => simulator.control.faults().map((fault) => fault.strikes);
  /** What the client sees of a failure. */
  const failure = (answer: Promise<PlainAnswer>): Promise<string> =>
    answer.then(
      ({ status }) => String(status),
      (error: { code?: string }) => String(error.code),
    );

  it.each([502, 503, 504] as const)(
    '62. %i comes from the front end: HTML, no Retry-After, none of the headers of the service',
    async (status) => {
      strike({ on: 'accounts', kind: 'gateway_page', status });
      const answer = await read();
      expect(answer.status).toBe(status);
      expect(answer.header('content-type')).toBe('text/html');
      expect(answer.text).toContain(`<h1>${status} `);
      expect([answer.header('retry-after'), answer.header('req_id')]).toEqual([undefined, undefined]);
      expect((await read()).status).toBe(200);
    },
  );

  it('62. the connection is reset before the headers', async () => {
    strike({ on: 'accounts', kind: 'reset_before_headers' });
    expect(await failure(read())).toBe('ECONNRESET');
    expect(await failure(read())).toBe('200');
  });

  it('62. the connection is reset in the middle of the body', async () => {
    strike({ on: 'accounts', kind: 'reset_mid_body' });
    expect(await failure(read())).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(await failure(read())).toBe('200');
  });

  it('62. the connection is closed in the middle of the body', async () => {
    strike({ on: 'accounts', kind: 'close_mid_body' });
    expect(await failure(read())).toMatch(/UND_ERR_SOCKET/);
    expect(await failure(read())).toBe('200');
  });

  it('62. a body may be complete HTTP, but half a gzip stream', async () => {
    strike({ on: 'accounts', kind: 'truncated_gzip' });
    const answer = await read();
    expect([answer.status, answer.header('content-encoding')]).toEqual([200, 'gzip']);
    expect(Number(answer.header('content-length'))).toBe(answer.bytes.length);
    expect(() => gunzipSync(answer.bytes)).toThrow('unexpected end of file');
  });

  it.each([
    ['truncated_json', /[^}]$/],
    ['malformed_json', /\r\n<!-- proxy -->\r\n$/],
    ['garbled_json', /\r\n<!-- proxy -->\r\n.*\}$/],
  ] as const)('62. %s: whole gzip, broken JSON', async (kind, end) => {
    strike({ on: 'accounts', kind });
    const text = gunzipSync((await read()).bytes).toString();
    expect(text).toMatch(/^\{"@odata.context"/);
    expect(text).toMatch(end);
    expect(() => JSON.parse(text)).toThrow();
    expect(() => JSON.parse(text.slice(0, 1))).toThrow();
    expect((await read({})).json.value).toHaveLength(200);
  });

  it('62. an answer stalls until the fault is removed', async () => {
    const whole = (await read()).bytes.length;
    const fault = strike({ on: 'accounts', kind: 'stall_mid_body' });
    const held = read();
    await vi.waitFor(() => expect(strikes()).toEqual([1]));
    expect((await client.get('contacts')).status).toBe(200);
    simulator.control.removeFault(fault);
    expect((await held).bytes.length).toBe(whole);
  });

  it('62. a stalled answer harms nobody when the simulator is closed', async () => {
    strike({ on: 'accounts', kind: 'stall_before_headers' });
    const held = failure(read());
    await vi.waitFor(() => expect(strikes()).toEqual([1]));
    await simulator.close();
    expect(await held).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    simulator = await startSimulator();
  });

  it('62. a slow body arrives whole', async () => {
    const whole = await read();
    strike({ on: 'accounts', kind: 'slow_body', bytesPerSecond: whole.bytes.length * 10 });
    expect((await read()).bytes.equals(whole.bytes)).toBe(true);
  });

  it('an error of the service has its envelope, and Retry-After where it is asked for', async () => {
    strike({
      on: 'accounts',
      kind: 'status',
      status: 503,
      code: '0x80044150',
      message: 'Generic SQL',
      retryAfter: 7,
    });
    const answer = await read();
    expect([answer.status, answer.header('retry-after')]).toEqual([503, '7']);
    expect(answer.json).toEqual({ error: { code: '0x80044150', message: 'Generic SQL' } });
    expect(answer.header('odata-version')).toBe('4.0');
  });

  it('a token that expires in the middle of a read gives 401 until there is a new one', async () => {
    strike({ on: 'accounts', kind: 'expired_token', after: 1 });
    expect([await failure(read()), await failure(read()), await failure(read())]).toEqual([
      '200',
      '401',
      '401',
    ]);
    const again = await plainClient(simulator.ready);
    expect((await again.get('accounts?$top=1')).status).toBe(200);
    await again.close();
  });

  it('strikes the page of a number, by set or logical name', async () => {
    strike({ on: 'account', kind: 'status', status: 500, page: 2, times: 'always' });
    const small = { prefer: 'odata.maxpagesize=50' };
    const first = await read(small);
    const link = first.json['@odata.nextLink'];
    expect((await client.get(link, small)).status).toBe(500);
    expect((await client.get(link, small)).status).toBe(500);
    expect((await client.get('contacts?$select=fullname', small)).status).toBe(200);
  });

  it('strikes so many times after so many requests', async () => {
    strike({ on: 'accounts', kind: 'status', status: 500, after: 1, times: 2 });
    const seen = [];
    for (let sent = 0; sent < 5; sent++) seen.push((await read()).status);
    expect(seen).toEqual([200, 500, 500, 200, 200]);
    expect(strikes()).toEqual([2]);
  });

  it('strikes pages that ask for too many rows', async () => {
    strike({
      on: 'accounts',
      kind: 'status',
      status: 500,
      code: '0x80044151',
      pageSizeOver: 100,
      times: 'always',
    });
    expect((await read({ prefer: 'odata.maxpagesize=100' })).status).toBe(200);
    expect((await read({ prefer: 'odata.maxpagesize=101' })).status).toBe(500);
    expect((await read({})).status).toBe(500);
    expect((await client.get('accounts?$select=name&$top=100')).status).toBe(200);
  });

  it.each([
    ['$metadata', '$metadata'],
    ['EntityDefinitions', 'EntityDefinitions?$select=LogicalName'],
    ['WhoAmI', 'WhoAmI'],
    ['*', 'contacts?$top=1'],
  ])('strikes %s', async (on, path) => {
    strike({ on, kind: 'gateway_page' });
    expect((await client.get(path)).status).toBe(503);
    expect((await client.get(path)).status).toBe(200);
  });

  it('strikes the token endpoint, in the words of the sign-in service', async () => {
    strike({
      on: 'token',
      kind: 'status',
      status: 400,
      code: 'invalid_client',
      message: 'AADSTS7000222: expired',
    });
    strike({ on: 'token', kind: 'reset_before_headers' });
    const answer = await client.token();
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      error: 'invalid_client',
      error_description: 'AADSTS7000222: expired',
      error_codes: [7000222],
    });
    expect(await failure(client.token())).toBe('ECONNRESET');
    expect((await client.token()).status).toBe(200);
  });

  it('the request log names the fault', async () => {
    strike({ on: 'accounts', kind: 'truncated_gzip' });
    simulator.control.clearRequests();
    await read();
    await read();
    expect(simulator.control.requests().map(({ fault }) => fault)).toEqual(['truncated_gzip', undefined]);
  });

  it('is scripted over HTTP: added, listed, removed', async () => {
    const url = `${simulator.ready.control_url}/faults`;
    const fault = { on: 'accounts', kind: 'status', status: 500, times: 'always' };
    const added = await fetch(url, { method: 'POST', body: JSON.stringify(fault) });
    const { faults } = (await added.json()) as { faults: string[] };
    expect((await read()).status).toBe(500);
    expect(await (await fetch(url)).json()).toEqual([{ id: faults[0], fault, strikes: 1 }]);
    expect((await fetch(`${url}/${faults[0]}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(`${url}/${faults[0]}`, { method: 'DELETE' })).status).toBe(400);
    expect((await read()).status).toBe(200);
  });

  it.each([
    [{ on: 'accounts' }, 'lacks "kind"'],
    [{ on: 'accounts', kind: 'earthquake' }, 'the fault.kind must be one of status, gateway_page'],
    [{ on: 'accounts', kind: 'reset_mid_body', pages: 2 }, 'unknown key "pages"'],
    [{ on: 'accounts', kind: 'status', status: 200 }, 'the fault.status must be >= 400'],
    [{ kind: 'reset_mid_body' }, 'lacks "on"'],
    ['x', 'the fault must be object'],
  ])('the control surface refuses %j', async (body, message) => {
    const url = `${simulator.ready.control_url}/faults`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(JSON.stringify(message).slice(1, -1));
    expect(strikes()).toEqual([]);
  });
});
