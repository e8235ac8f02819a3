import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlainClient, plainClient } from '../client.testing.ts';
import { type Simulator, startSimulator } from '../index.ts';
import { combineCrc } from './crc.ts';

describe('combining checksums', () => {
  it('gives the checksum of the whole from those of its parts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
        const whole = crc32(Buffer.concat([first, second]));
        expect(combineCrc(crc32(first), crc32(second), second.length)).toBe(whole);
      }),
    );
  });
});

describe('pages put together of ready-made blocks', () => {
  let simulator: Simulator;
  let client: PlainClient;
  beforeAll(async () => {
    simulator = await startSimulator({ prebuilt: true, rows: { '*': 20, accounts: 1000 } });
    client = await plainClient(simulator.ready);
  });
  afterAll(async () => {
    await client.close();
    await simulator.close();
  });

  const queries = [
    'accounts',
    'accounts?$select=name,revenue',
    'accounts?$orderby=modifiedon asc,accountid asc&$select=name',
    'accounts?$filter=contains(name,%27a%27)&$select=name',
    'accounts?$orderby=createdon desc&$select=name',
  ];
  const same = async (query: string, size: string): Promise<void> => {
    const headers = { prefer: `odata.maxpagesize=${size}` };
    for (let url: string | undefined = query; url !== undefined; ) {
      const plain = await client.get(url, headers);
      const packed = await client.get(url, { ...headers, 'accept-encoding': 'gzip' });
      expect(gunzipSync(packed.bytes).toString()).toBe(plain.text);
      url = plain.json['@odata.nextLink'];
    }
  };

  it.each(queries)('hold the same text as plain pages: %s', async (query) => {
    await same(query, '330');
    await same(query, '330');
  });

  it('show rows that were changed since the blocks were made', async () => {
    const [first, second] = (await client.get('accounts?$select=name&$top=2')).json.value;
    simulator.control.update('accounts', first.accountid, { name: 'changed' });
    simulator.control.remove('accounts', second.accountid);
    await same('accounts?$select=name', '400');
    const names = gunzipSync(
      (await client.get('accounts?$select=name', { 'accept-encoding': 'gzip' })).bytes,
    );
    expect(names.toString()).toContain('"changed"');
  });
});
