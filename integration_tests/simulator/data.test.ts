import { describe, expect, it } from 'vitest';
import { withSimulator } from './harness.ts';

interface Row {
  readonly accountid: string;
  readonly modifiedon: string;
  readonly versionnumber: number;
}
interface Body {
  readonly value: Row[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

describe('how data behave', () => {
  const harness = withSimulator({ rows: { '*': 30, accounts: 400 } });
  const page = async (url: string, prefer?: string): Promise<Body> =>
    (await harness.client.get(url, prefer === undefined ? {} : { prefer })).json;
  const all = async (url: string, prefer: string): Promise<Row[]> => {
    const rows: Row[] = [];
    for (let next: string | undefined = url; next !== undefined; ) {
      const body: Body = await page(next, prefer);
      rows.push(...body.value);
      next = body['@odata.nextLink'];
    }
    return rows;
  };

  it('75. somebody creates, updates and deletes rows between pages', async () => {
    const { control } = harness.simulator;
    control.startWriter({ table: 'accounts', creates: 2, updates: 3, deletes: 1, turns: 5 });
    const before = control.count('accounts');
    const rows = await all(
      'accounts?$select=modifiedon,versionnumber&$orderby=modifiedon asc,accountid asc',
      'odata.maxpagesize=50',
    );
    control.stopWriters();
    expect(control.count('accounts')).toBe(before + 5);
    // Rows that were updated behind the reader come again at the end; none of the rows that stayed is missed.
    const read = new Set(rows.map((row) => row.accountid));
    expect(rows.length).toBeGreaterThan(read.size);
    for (const row of control.rows('accounts')) expect(read).toContain((JSON.parse(row) as Row).accountid);
  });

  it('75. an import writes more rows of one second than fit on a page', async () => {
    const at = Date.UTC(2024, 5, 1, 12, 0, 0);
    harness.simulator.control.bulk('contacts', 10_000, at);
    const filter = '$filter=modifiedon eq 2024-06-01T12:00:00Z';
    const counts: number[] = [];
    const keys = new Set<unknown>();
    for (
      let next: string | undefined =
        `contacts?$select=fullname&${filter}&$orderby=modifiedon asc,contactid asc`;
      next !== undefined;
    ) {
      const body: { value: { contactid: string }[]; '@odata.nextLink'?: string } = (
        await harness.client.get(next)
      ).json;
      counts.push(body.value.length);
      for (const row of body.value) keys.add(row.contactid);
      next = body['@odata.nextLink'];
    }
    expect([counts, keys.size]).toEqual([[5000, 5000], 10_000]);
  });

  it('75. imported rows can be read with all of their columns', () => {
    const { control } = harness.simulator;
    for (const key of control.bulk('accounts', 20)) {
      const row = [...control.rows('accounts')]
        .map((text) => JSON.parse(text))
        .find((each) => each.accountid === key);
      expect(row?.entityimage_url ?? key).toContain(key);
    }
  });

  it('76. a row may be written with a modifiedon of long ago', async () => {
    const { control } = harness.simulator;
    const versions = (await all('accounts?$select=versionnumber', 'odata.maxpagesize=5000')).map(
      (row) => row.versionnumber,
    );
    const [key = ''] = control.create('accounts', [{ name: 'imported', modifiedon: '2001-01-01T00:00:00Z' }]);
    const row = (await page(`accounts?$select=modifiedon,versionnumber&$orderby=modifiedon asc&$top=1`))
      .value[0];
    expect([row?.accountid, row?.modifiedon]).toEqual([key, '2001-01-01T00:00:00Z']);
    expect(row?.versionnumber).toBeGreaterThan(Math.max(...versions));
  });

  it('76. a late commit shows a version below what was already read; delta does not lose it', async () => {
    const { control } = harness.simulator;
    const transaction = control.begin();
    const [late = ''] = transaction.create('accounts', [{ name: 'late' }]);
    control.create('accounts', [{ name: 'soon' }]);
    const first = await page('accounts?$select=name', 'odata.track-changes');
    const read = await all('accounts?$select=versionnumber', 'odata.maxpagesize=5000');
    const highest = Math.max(...read.map((row) => row.versionnumber));
    transaction.commit();
    const newer = await page(`accounts?$select=name&$filter=versionnumber gt ${highest}`);
    expect(newer.value.map((row) => row.accountid)).not.toContain(late);
    const delta = await page(first['@odata.deltaLink'] ?? '');
    expect(delta.value.map((row) => row.accountid)).toContain(late);
  });

  it('77. a row may come again with nothing new but its version', async () => {
    const { control } = harness.simulator;
    const link =
      (await page('accounts?$select=name,modifiedon', 'odata.track-changes'))['@odata.deltaLink'] ?? '';
    const [row] = (await page('accounts?$select=name,modifiedon&$top=1')).value;
    control.touch('accounts', [row?.accountid ?? '']);
    const [again] = (await page(link)).value;
    const { '@odata.etag': before, ...same } = row as unknown as Record<string, unknown>;
    const { '@odata.etag': after, ...content } = again as unknown as Record<string, unknown>;
    expect(content).toEqual(same);
    expect(after).not.toBe(before);
  });

  it('77. (switch) rows that move to retention are deletions in a delta, or just gone', async () => {
    const { control } = harness.simulator;
    const link = (await page('leads?$select=subject', 'odata.track-changes'))['@odata.deltaLink'] ?? '';
    const ids = [...control.rows('leads')].map((row) => (JSON.parse(row) as { leadid: string }).leadid);
    control.retain('leads', ids.slice(0, 1));
    control.setSwitches({ retentionDeletes: false });
    control.retain('leads', ids.slice(1, 2));
    control.setSwitches({ retentionDeletes: true });
    expect((await page(link)).value).toEqual([expect.objectContaining({ id: ids[0], reason: 'deleted' })]);
    expect(control.count('leads')).toBe(28);
  });

  it('78. after a restore, versions are below those already seen', async () => {
    const { control } = harness.simulator;
    const backup = control.backup();
    const [lost = ''] = control.create('accounts', [{ name: 'lost' }]);
    const seen =
      (await page('accounts?$select=versionnumber&$orderby=versionnumber desc&$top=1')).value[0]
        ?.versionnumber ?? 0;
    const token = (await page('accounts?$select=name', 'odata.track-changes'))['@odata.deltaLink'] ?? '';
    control.restore(backup);
    const now =
      (await page('accounts?$select=versionnumber&$orderby=versionnumber desc&$top=1')).value[0]
        ?.versionnumber ?? 0;
    expect(now).toBeLessThan(seen);
    expect((await harness.client.get(`accounts(${lost})`)).status).toBe(404);
    expect((await harness.client.get(token)).json.error.code).toBe('0x80044352');
  });

  it('79. an elastic table has a partition and pages of 500; a virtual one neither version nor etag', async () => {
    const [elastic] = (await harness.client.get('new_telemetries?$top=1')).json.value;
    expect(elastic.partitionid).toMatch(/^device-\d$/);
    const virtual = (await harness.client.get('new_externalproducts?$top=1')).json.value[0];
    expect(Object.keys(virtual)).toEqual(['new_externalproductid', 'new_name', 'new_stock']);
    const types = (
      await harness.client.get(
        "EntityDefinitions?$select=LogicalName,TableType&$filter=TableType ne 'Standard'",
      )
    ).json.value;
    expect(
      Object.fromEntries(
        types.map((row: { LogicalName: string; TableType: string }) => [row.LogicalName, row.TableType]),
      ),
    ).toEqual({
      new_telemetry: 'Elastic',
      new_externalproduct: 'Virtual',
    });
  });

  it('80. texts and numbers come back to the last character and digit', async () => {
    const { control } = harness.simulator;
    control.addColumn('annotation', { name: 'new_Ticks', type: 'bigint' });
    const texts = [
      'x'.repeat(1_048_576),
      'Emoji 👩🏽‍💻 𝄞 and a flag 🇳🇴',
      'שלום עולם and مرحبا',
      'She said "no" \\ / \b \f',
      'Line one\r\nLine two\tafter a tab',
      '=1+1',
      '},{"@odata.etag":"W/\\"1\\"","annotationid":"',
      'a null \u0000 and a control \u0001 character',
    ];
    const keys = control.create(
      'annotations',
      texts.map((notetext) => ({
        notetext,
        new_weight: '12345678901.0123456789',
        new_ticks: '9223372036854775807',
      })),
    );
    for (const [place, key] of keys.entries()) {
      const answer = await harness.client.get(`annotations(${key})?$select=notetext,new_weight,new_ticks`);
      expect(answer.json.notetext === texts[place]).toBe(true);
      expect(answer.text).toContain('"new_weight":12345678901.0123456789,"new_ticks":9223372036854775807');
    }
  });

  it('80. generated notes hold awkward texts too', async () => {
    const notes = [...harness.simulator.control.rows('annotations')].join('\n');
    expect(notes).toMatch(/שלום|日本語|👩|=HYPERLINK|@odata\.etag\\":|\\r\\n/);
  });
});
