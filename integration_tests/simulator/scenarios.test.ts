import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type PlainClient, plainClient } from '../../src/simulator/client.testing.ts';
import { loadScenario, type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { createScratch, run } from '../support/program.ts';

const folder = join(import.meta.dirname, '..', 'scenarios');

describe('scenarios', () => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });
  const start = async (name: string): Promise<{ simulator: Simulator; client: PlainClient }> => {
    const simulator = await startSimulator(loadScenario(join(folder, `${name}.json`)));
    const client = await plainClient(simulator.ready);
    open.push(client.close, simulator.close);
    return { simulator, client };
  };

  it.each(
    readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replace('.json', '')),
  )('%s starts and answers', async (name) => {
    const { simulator } = await start(name);
    expect(simulator.control.tables().length).toBeGreaterThan(10);
  });

  it('give users the widest depth of their roles, by table', async () => {
    const { simulator, client } = await start('restricted-role');
    expect((await client.get('accounts')).json.value).toHaveLength(20);
    expect((await client.get('incidents')).json.error.code).toBe('0x80040220');
    const contacts = (await client.get('contacts?$select=fullname')).json.value.length;
    expect(contacts).toBeGreaterThan(0);
    expect(contacts).toBeLessThan(200);
    expect(simulator.control.users()[0]).toMatchObject({
      roles: 2,
      read: { '*': 'Global', incident: 'None', contact: 'Local' },
      readsSecured: false,
    });
    const codes = [];
    for (const { clientId, secret } of simulator.control.users().slice(1)) {
      const other = await plainClient({ ...simulator.ready, client_id: clientId, client_secret: secret });
      codes.push((await other.get('WhoAmI')).json.error.code);
      await other.close();
    }
    expect(codes).toEqual(['0x80042f09', '0x80072560']);
  });

  it('leave tables out, forbid them, and let them fail for good', async () => {
    const { client } = await start('three-broken-tables');
    const status = async (set: string): Promise<number> => (await client.get(`${set}?$top=1`)).status;
    expect([await status('incidents'), await status('leads'), await status('quotes')]).toEqual([
      403, 404, 500,
    ]);
    expect([await status('accounts'), await status('quotes'), await status('campaigns')]).toEqual([
      200, 500, 200,
    ]);
    const metadata = (await client.get('$metadata')).text;
    expect(metadata).toContain('EntitySet Name="accounts"');
    expect(metadata).not.toMatch(/"_?originatingleadid/);
  });

  it('script faults', async () => {
    const { simulator, client } = await start('weak-network');
    expect((await client.get('accounts?$top=1')).status).toBe(502);
    expect((await client.get('accounts?$top=1')).status).toBe(200);
    expect(simulator.control.faults().map(({ strikes }) => strikes)).toEqual([1, 0, 0, 0, 0, 0, 0]);
  });

  it('set limits', async () => {
    const { simulator, client } = await start('tight-limits');
    expect(simulator.control.limits()).toMatchObject({
      requests: 600,
      windowSeconds: 300,
      cost: { row: 0.1 },
    });
    expect((await client.get('accounts')).json.error.code).toBe('0x80044151');
    expect((await client.get('accounts?$select=name')).status).toBe(200);
  });

  it('make tables, columns and rows', async () => {
    const { simulator, client } = await start('custom-tables');
    const cars = (await client.get('new_cars?$orderby=new_name')).json.value;
    expect(cars).toHaveLength(2);
    expect(cars[0]).toMatchObject({
      new_carid: '00000000-0000-4000-8000-000000000001',
      new_name: 'Blue "van"',
      new_seats: 5,
      new_registered: '2024-02-29',
      new_kind: 1,
      new_extras: '7,9',
      _new_keeper_value: null,
      statecode: 0,
    });
    expect(cars[0].createdon).toMatch(/^2026-03-01T08:00/);
    expect((await client.get('new_cars?$select=new_price&$filter=new_seats eq 5')).text).toContain(
      '"new_price":20000.50',
    );
    const weather = (await client.get('new_weather')).json.value;
    expect(weather).toHaveLength(12);
    expect(Object.keys(weather[0])).toEqual(['new_weatherid', 'new_degrees', 'new_name']);
    expect((await client.get('new_signalset?$select=partitionid')).json.value).toHaveLength(500);
    expect((await client.get('new_secrets')).status).toBe(400);
    const [account] = (await client.get('accounts?$select=new_score&$top=1')).json.value;
    expect(account.new_score).toEqual(expect.any(Number));
    const definition = await client.get(
      "EntityDefinitions(LogicalName='new_car')?$select=EntitySetName,IsCustomEntity,PrimaryNameAttribute",
    );
    expect(definition.json).toMatchObject({
      EntitySetName: 'new_cars',
      IsCustomEntity: true,
      PrimaryNameAttribute: 'new_name',
    });
    expect((await client.get('$metadata')).text).toContain(
      '<NavigationProperty Name="new_keeper_contact" Type="mscrm.contact"',
    );
    expect(new Date(simulator.control.now()).toISOString()).toMatch(/^2026-03-01T08:/);
  });

  it.each([
    [{ table: [] }, 'the scenario has an unknown key "table"; known are $schema, description, seed'],
    [{ rows: { acounts: 3 } }, 'there is no table acounts'],
    [{ only: ['acount'] }, 'there is no table acount'],
    [{ rows: { accounts: -1 } }, 'the scenario.rows.accounts must be >= 0'],
    [{ without: ['Sales'] }, 'the scenario.without[0] must be one of sales, service, marketing'],
    [{ now: '2026-13-01T00:00:00Z' }, '"now" is no date'],
    [{ faults: [{ on: 'accounts', kind: 'resets' }] }, 'the scenario.faults[0].kind must be one of status'],
    [{ limits: { request: 1 } }, 'the scenario.limits has an unknown key "request"'],
    [{ switches: { shuffleTie: true } }, 'the scenario.switches has an unknown key "shuffleTie"'],
    [{ switches: { shuffleTies: 1 } }, 'the scenario.switches.shuffleTies must be one of false, true'],
    [{ users: [{ roles: ['Nobody'] }] }, 'there is no role Nobody'],
    [
      { roles: { R: { read: { acounts: 'Global' } } }, users: [{ roles: ['R'] }] },
      'role R names a table acounts, which there is not',
    ],
    [{ roles: { R: { read: { '*': 'All' } } } }, 'must be one of None, Basic, Local, Deep, Global'],
    [{ tables: [{ name: 'account' }] }, 'there are two tables account'],
    [{ tables: [{ name: 'new_X', set: 'accounts' }] }, 'there are two tables with the set accounts'],
    [{ tables: [{ name: 'new_X', columns: [{ name: 'a', type: 'text' }] }] }, 'must be one of key, string'],
    [{ columns: { accounts: [{ name: 'Name', type: 'string' }] } }, 'account already has a column name'],
    [{ data: { accounts: [{ nam: 'x' }] } }, 'account has no column nam'],
  ])('are refused: %j', async (scenario, message) => {
    const scratch = createScratch();
    const file = scratch.write('scenario.json', scenario);
    const started = (async () => startSimulator(loadScenario(file)))();
    await expect(started).rejects.toThrow(message);
    scratch.close();
  });

  it('are refused by the command in one line, with exit code 2', async () => {
    const scratch = createScratch();
    const broken = join(scratch.folder, 'broken.json');
    writeFileSync(broken, '{');
    for (const [file, message] of [
      [join(scratch.folder, 'none.json'), 'cannot be read'],
      [broken, 'is not JSON'],
      [scratch.write('wrong.json', { table: [] }), 'has an unknown key "table"'],
      [scratch.write('late.json', { rows: { acounts: 3 } }), 'there is no table acounts'],
    ] as const) {
      const { code, stdout, stderr } = await run('dataverse-simulator', ['--scenario', file]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    scratch.close();
  });
});
