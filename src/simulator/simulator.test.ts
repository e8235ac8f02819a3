import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlainClient, plainClient } from './client.testing.ts';
import { type Simulator, startSimulator } from './index.ts';

const standard = [
  'accounts',
  'contacts',
  'leads',
  'opportunities',
  'quotes',
  'salesorders',
  'invoices',
  'products',
  'incidents',
  'activitypointers',
  'emails',
  'tasks',
  'phonecalls',
  'appointments',
  'campaigns',
  'systemusers',
  'teams',
  'businessunits',
  'transactioncurrencies',
  'annotations',
];

describe('a simulated environment', () => {
  let simulator: Simulator;
  let client: PlainClient;
  beforeAll(async () => {
    simulator = await startSimulator({ rows: { '*': 30, accounts: 1234 } });
    client = await plainClient(simulator.ready);
  });
  afterAll(async () => {
    await client.close();
    await simulator.close();
  });

  it.each(standard)(
    'serves %s in the service document, $metadata, EntityDefinitions and as rows',
    async (set) => {
      const sets = (await client.get('')).json.value.map((each: { url: string }) => each.url);
      expect(sets).toContain(set);
      expect((await client.get('$metadata')).text).toContain(`<EntitySet Name="${set}"`);
      const definitions = await client.get(
        `EntityDefinitions?$select=EntitySetName&$filter=EntitySetName eq '${set}'`,
      );
      expect(definitions.json.value).toHaveLength(1);
      const page = await client.get(`${set}?$top=3`);
      expect(page.status).toBe(200);
      expect(page.json.value).toHaveLength(3);
    },
  );

  it('gives every account once when all pages are read', async () => {
    const keys = new Set<string>();
    let url: string | undefined = 'accounts?$select=name';
    let pages = 0;
    while (url !== undefined) {
      const body: { value: { accountid: string }[]; '@odata.nextLink'?: string } = (
        await client.get(url, { prefer: 'odata.maxpagesize=500' })
      ).json;
      for (const row of body.value) keys.add(row.accountid);
      url = body['@odata.nextLink'];
      pages++;
    }
    expect([keys.size, pages]).toEqual([1234, 3]);
  });

  it('tells the truth with the annotations that are asked for, over HTTP too', async () => {
    const truth = await fetch(
      `${simulator.ready.control_url}/rows/accounts?annotations=Microsoft.Dynamics.CRM.lookuplogicalname`,
    );
    const [first = ''] = (await truth.text()).split('\n');
    expect(JSON.parse(first)['_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname']).toMatch(
      /^(systemuser|team)$/,
    );
    expect([...simulator.control.rows('accounts')][0]).not.toContain('_value@');
  });

  it('reads what was created, updated and deleted by the control surface', async () => {
    const [key = ''] = simulator.control.create('accounts', [{ name: 'Fabrikam', revenue: '20000.5' }]);
    const row = (await client.get(`accounts(${key})?$select=name,revenue`)).text;
    expect(row).toContain('"name":"Fabrikam","revenue":20000.5000');
    simulator.control.update('accounts', key, { name: 'Fabrikam Ltd' });
    const found = await client.get(`accounts?$select=name&$filter=name eq 'fabrikam ltd'`);
    expect(found.json.value.map((each: { accountid: string }) => each.accountid)).toEqual([key]);
    simulator.control.remove('accounts', key);
    expect((await client.get(`accounts(${key})`)).status).toBe(404);
  });

  it('makes the same rows from the same seed', async () => {
    const now = Date.UTC(2025, 0, 1);
    const texts = [];
    for (const seed of [7, 7, 8]) {
      const other = await startSimulator({ seed, now, rows: { '*': 20 } });
      texts.push([...other.control.rows('contacts')].join('\n'));
      await other.close();
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
  });

  it('keeps references between tables whole', async () => {
    const contacts = [...simulator.control.rows('contacts')].map((row) => JSON.parse(row));
    for (const contact of contacts) {
      const parent = contact._parentcustomerid_value;
      if (parent !== null) expect((await client.get(`accounts(${parent})?$select=name`)).status).toBe(200);
      expect(
        (await client.get(`transactioncurrencies(${contact._transactioncurrencyid_value})`)).status,
      ).toBe(200);
    }
  });

  it('keeps states, statuses and merges consistent', () => {
    const rows = [...simulator.control.rows('accounts')].map((row) => JSON.parse(row));
    for (const { statecode, statuscode } of rows) expect(statuscode).toBe(statecode + 1);
    const merged = rows.filter((row) => row.merged);
    expect(merged.length).toBeGreaterThan(5);
    for (const row of merged) expect([row.statecode, row._masterid_value]).toEqual([1, expect.any(String)]);
  });
});
