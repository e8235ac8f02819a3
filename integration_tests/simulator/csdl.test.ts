import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlainClient, plainClient } from '../../src/simulator/client.testing.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { createScratch } from '../support/program.ts';

const document = join(import.meta.dirname, '..', 'scenarios', 'northwind.xml');
const sets = [
  'systemusers',
  'activitypointers',
  'nw_visits',
  'nw_shopset',
  'nw_shop_userscollection',
  'Regions',
];

describe('an environment made of a CSDL document', () => {
  let simulator: Simulator;
  let client: PlainClient;
  beforeAll(async () => {
    simulator = await startSimulator({ csdl: document, rows: { '*': 12 } });
    client = await plainClient(simulator.ready);
  });
  afterAll(async () => {
    await client.close();
    await simulator.close();
  });

  it.each(sets)('answers reads of %s, page by page', async (set) => {
    const size = { prefer: 'odata.maxpagesize=5' };
    const rows = [];
    for (let url: string | undefined = set; url !== undefined; ) {
      const page: { value: unknown[]; '@odata.nextLink'?: string } = (await client.get(url, size)).json;
      rows.push(...page.value.map((row) => JSON.stringify(row)));
      url = page['@odata.nextLink'];
    }
    expect([rows.length, new Set(rows).size]).toEqual([12, 12]);
  });

  it('serves the document itself, with its annotations when asked', async () => {
    const plain = (await client.get('$metadata')).text;
    const annotated = (await client.get('$metadata?annotations=true')).text;
    expect(annotated).toContain('Description" String="The key."');
    expect(plain).not.toContain('<Annotation');
    for (const set of sets) expect(plain).toContain(`<EntitySet Name="${set}"`);
    expect(plain).toContain('<Property Name="nw_shopid" Type="Edm.Guid"></Property>');
  });

  it('makes values by type', async () => {
    for (const row of (await client.get('nw_shopset')).json.value) {
      expect(row.nw_turnover === null || typeof row.nw_turnover === 'number').toBe(true);
      expect(typeof row.nw_open).toBe('boolean');
      expect(row.nw_founded ?? '2024-01-01').toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(row.createdon).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(row._ownerid_value).toMatch(/^[0-9a-f-]{36}$/);
      expect(row).not.toHaveProperty('nw_place');
    }
  });

  it('follows inheritance, lookups and keys', async () => {
    const [visit] = (await client.get('nw_visits?$filter=_nw_shop_value ne null&$top=1')).json.value;
    expect(Object.keys(visit)).toEqual(expect.arrayContaining(['activityid', 'subject', 'nw_duration']));
    expect((await client.get(`nw_shopset(${visit._nw_shop_value})`)).status).toBe(200);
    expect((await client.get(`activitypointers(${visit.activityid})`)).json.subject).toBe(visit.subject);
    const [user] = (await client.get('systemusers?$top=1')).json.value;
    expect(user.ownerid).toBe(user.systemuserid);
    const [pair] = (await client.get('nw_shop_userscollection?$top=1')).json.value;
    expect((await client.get(`systemusers(${pair.systemuserid})`)).status).toBe(200);
    expect((await client.get(`nw_shopset(${pair.nw_shopid})`)).status).toBe(200);
  });

  it('describes the tables in EntityDefinitions, with the set names and change tracking of the document', async () => {
    const { value } = (
      await client.get(
        'EntityDefinitions?$select=LogicalName,EntitySetName,ChangeTrackingEnabled,PrimaryIdAttribute,IsIntersect',
      )
    ).json;
    const shop = value.find((each: { LogicalName: string }) => each.LogicalName === 'nw_shop');
    expect(shop).toMatchObject({
      EntitySetName: 'nw_shopset',
      ChangeTrackingEnabled: false,
      PrimaryIdAttribute: 'nw_shopid',
    });
    const pair = value.find((each: { LogicalName: string }) => each.LogicalName === 'nw_shop_user');
    expect(pair.IsIntersect).toBe(true);
  });

  it('takes schema edits, and shows them in $metadata', async () => {
    simulator.control.addColumn('nw_shopset', { name: 'nw_Motto', type: 'string', filled: 1 });
    expect((await client.get('nw_shopset?$top=1&$select=nw_motto')).json.value[0].nw_motto).toEqual(
      expect.any(String),
    );
    expect((await client.get('$metadata')).text).toContain('<Property Name="nw_motto"');
  });

  it.each([
    ['<a>', 'it is no XML'],
    ['<a/>', 'it has no EntitySet'],
  ])('refuses %s', async (text, message) => {
    const scratch = createScratch();
    const file = join(scratch.folder, 'x.xml');
    writeFileSync(file, text);
    await expect(startSimulator({ csdl: file })).rejects.toThrow(message);
    await expect(startSimulator({ csdl: `${file}.none` })).rejects.toThrow('no such file');
    scratch.close();
  });
});
