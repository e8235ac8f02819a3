import { describe, expect, it } from 'vitest';
import { withSimulator } from './harness.ts';

type Body = Record<string, unknown> & {
  value: Record<string, string>[];
  '@odata.nextLink'?: string;
};

/** Sort key of SQL Server's uniqueidentifier, from its documentation: written here a second time, on purpose. */
function sqlBytes(guid: string): string {
  const hex = guid.replaceAll('-', '');
  const pair = (at: number): string => hex.slice(at * 2, at * 2 + 2);
  // Bytes of the .NET form: the first three groups are little-endian.
  const dotnet = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(pair);
  return [10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3].map((at) => dotnet[at]).join('');
}

describe('paging', () => {
  const harness = withSimulator({ rows: { '*': 10, accounts: 5600, new_telemetries: 1200 } });
  const page = async (url: string, prefer?: string) =>
    (await harness.client.get(url, prefer === undefined ? {} : { prefer })).json as Body;
  const size = (count: number): string => `odata.maxpagesize=${count}`;
  const all = async (url: string, prefer?: string) => {
    const pages: Body[] = [];
    for (let next: string | undefined = url; next !== undefined; next = pages.at(-1)?.['@odata.nextLink']) {
      pages.push(await page(next, prefer));
    }
    return pages;
  };

  it('18. a page has 5,000 rows at most, 500 of an elastic table, fewer if asked', async () => {
    const counts = async (url: string, prefer?: string) =>
      (await all(url, prefer)).map((each) => each.value.length);
    expect(await counts('accounts?$select=name')).toEqual([5000, 600]);
    expect(await counts('accounts?$select=name', size(9000))).toEqual([5000, 600]);
    expect(await counts('accounts?$select=name', size(2000))).toEqual([2000, 2000, 1600]);
    expect(await counts('new_telemetries?$select=new_name', size(5000))).toEqual([500, 500, 200]);
  });

  it('19. the next link is absolute, stands last, and carries a doubly encoded cookie in lower-case digits', async () => {
    const { text, json } = await harness.client.get('accounts?$select=name,fax', { prefer: size(2) });
    expect(text.endsWith(`"@odata.nextLink":${JSON.stringify(json['@odata.nextLink'])}}`)).toBe(true);
    const [first, last] = json.value.map((row: { accountid: string }) => row.accountid.toUpperCase());
    const cookie = `%253ccookie%2520page%253d%25221%2522%253e%253caccountid%2520last%253d%2522%257b${last}%257d%2522%2520first%253d%2522%257b${first}%257d%2522%2520%252f%253e%253c%252fcookie%253e`;
    expect(json['@odata.nextLink']).toBe(
      `https://${harness.simulator.ready.environment_url}/api/data/v9.2/accounts?$select=name,fax&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22${cookie}%22%20istracking=%22False%22%20/%3E`,
    );
  });

  it('19. (switch) the next link may stand before value', async () => {
    harness.simulator.control.setSwitches({ nextLinkPlace: 'first' });
    const { text } = await harness.client.get('accounts?$select=name', { prefer: size(2) });
    harness.simulator.control.setSwitches({ nextLinkPlace: 'last' });
    expect(text.indexOf('@odata.nextLink')).toBeLessThan(text.indexOf('"value"'));
    expect(JSON.parse(text).value).toHaveLength(2);
  });

  it('20. a page is a query of now after the last key, no snapshot', async () => {
    const first = await page('accounts?$select=name', size(3));
    const ahead = await page(first['@odata.nextLink'] ?? '', size(3));
    const [deleted, updated] = ahead.value;
    harness.simulator.control.remove('accounts', deleted?.['accountid'] ?? '');
    harness.simulator.control.update('accounts', updated?.['accountid'] ?? '', { name: 'changed meanwhile' });
    const [before] = harness.simulator.control.create('accounts', [
      { accountid: '11111111-1111-4111-8111-000000000000', name: 'before the place' },
    ]);
    const second = await page(first['@odata.nextLink'] ?? '', size(3));
    expect(second.value.map((row) => row['accountid'])).not.toContain(deleted?.['accountid']);
    expect(second.value.map((row) => row['accountid'])).not.toContain(before);
    expect(second.value[0]?.['name']).toBe('changed meanwhile');
  });

  it("21. without $orderby the order is the key in SQL Server's guid order, which gt and lt follow too", async () => {
    const pages = await all('accounts?$select=accountid', size(1000));
    const keys = pages.flatMap((each) => each.value.map((row) => row['accountid'] ?? ''));
    const orders = keys.map(sqlBytes);
    expect(orders).toEqual(orders.toSorted());
    expect(keys).not.toEqual(keys.toSorted());
    const middle = keys[2500] ?? '';
    const after = await page(`accounts?$select=accountid&$filter=accountid gt ${middle}`, size(2));
    expect(after.value.map((row) => row['accountid'])).toEqual(keys.slice(2501, 2503));
  });

  it("22. the size of a page comes from that page's own request", async () => {
    const first = await page('accounts?$select=name', size(7));
    const link = first['@odata.nextLink'] ?? '';
    expect((await page(link, size(3))).value).toHaveLength(3);
    expect((await page(link)).value).toHaveLength(5000);
  });

  it.each([
    ['decoded once too often', (link: string) => link.replace(/%25/g, '%')],
    ['with a plus for a blank', (link: string) => link.replace('cookie%20pagenumber', 'cookie+pagenumber')],
    ['cut short', (link: string) => link.slice(0, -20)],
    ['with another page number', (link: string) => link.replace('pagenumber=%222', 'pagenumber=%225')],
  ])('23. a skip token %s is refused', async (_, damage) => {
    const first = await page('accounts?$select=name', size(2));
    const answer = await harness.client.get(damage(first['@odata.nextLink'] ?? ''));
    expect([answer.status, answer.json.error.code]).toEqual([400, '0x80040216']);
  });

  it('23. (switch) a skip token that was put together again with + for blanks is refused, or leads on', async () => {
    const first = await page('accounts?$select=name', size(2));
    const link = new URL(first['@odata.nextLink'] ?? '');
    const again = `accounts?${new URLSearchParams(link.search)}`;
    expect(again).toContain('+');
    const refused = await harness.client.get(again, { prefer: size(2) });
    harness.simulator.control.setSwitches({ blanksInSkipTokens: 'plus' });
    const second = await page(again, size(2));
    harness.simulator.control.setSwitches({ blanksInSkipTokens: 'encoded' });
    expect([refused.status, refused.json.error.code]).toEqual([400, '0x80040216']);
    expect(second.value).toEqual((await page(first['@odata.nextLink'] ?? '', size(2))).value);
  });

  it('24. $top gives no next link, and is ignored where a page size is asked for', async () => {
    const top = await page('accounts?$select=name&$top=5');
    expect([top.value.length, top['@odata.nextLink']]).toEqual([5, undefined]);
    const both = await page('accounts?$select=name&$top=5', size(20));
    expect(both.value).toHaveLength(20);
    expect(both['@odata.nextLink']).toBeDefined();
  });

  it('25. the cookie of an ordered read holds the order values; ties may come shuffled (switch)', async () => {
    const url = 'accounts?$select=name,statecode&$orderby=statecode';
    const first = await page(url, size(4));
    const cookie = decodeURIComponent(decodeURIComponent(decodeURIComponent(first['@odata.nextLink'] ?? '')));
    expect(cookie).toMatch(/<statecode last="0" first="0" \/><accountid last="\{/);
    const steady = await all(url, size(1500));
    const rows = steady.flatMap((each) => each.value);
    expect(new Set(rows.map((row) => row['accountid'])).size).toBe(
      harness.simulator.control.count('accounts'),
    );
    harness.simulator.control.setSwitches({ shuffleTies: true });
    const [once, again] = [await page(url, size(4)), await page(url, size(4))];
    const safe = await all(`${url},accountid`, size(1500));
    harness.simulator.control.setSwitches({ shuffleTies: false });
    expect(once.value).not.toEqual(again.value);
    // With the key in the order there are no ties.
    expect(safe.flatMap((each) => each.value)).toEqual(rows);
  });

  it('26. a last page that is exactly full has no next link, or (switch) one to an empty page', async () => {
    const count = harness.simulator.control.count('contacts');
    expect((await page('contacts?$select=fullname', size(count)))['@odata.nextLink']).toBeUndefined();
    harness.simulator.control.setSwitches({ emptyLastPage: true });
    const pages = await all('contacts?$select=fullname', size(count));
    harness.simulator.control.setSwitches({ emptyLastPage: false });
    expect(pages.map((each) => each.value.length)).toEqual([count, 0]);
  });

  it("27. $count is capped at 5,000; the platform's own counts come with its annotations", async () => {
    const prefer = 'odata.include-annotations="*",odata.maxpagesize=1';
    const counted = await page('accounts?$select=name&$count=true', prefer);
    expect(Object.keys(counted)).toEqual([
      '@odata.context',
      '@odata.count',
      '@Microsoft.Dynamics.CRM.totalrecordcount',
      '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded',
      '@Microsoft.Dynamics.CRM.globalmetadataversion',
      'value',
      '@odata.nextLink',
    ]);
    expect([
      counted['@odata.count'],
      counted['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'],
    ]).toEqual([5000, true]);
    const uncounted = await page('accounts?$select=name', prefer);
    expect(uncounted['@Microsoft.Dynamics.CRM.totalrecordcount']).toBe(-1);
    const before = uncounted['@Microsoft.Dynamics.CRM.globalmetadataversion'];
    harness.simulator.control.addColumn('lead', { name: 'new_Drift', type: 'string' });
    const after = (await page('accounts?$select=name', prefer))[
      '@Microsoft.Dynamics.CRM.globalmetadataversion'
    ];
    expect(typeof after).toBe('string');
    expect(after).not.toBe(before);
  });

  it('28. /$count is plain text, capped, and honours $filter', async () => {
    const answer = await harness.client.get('accounts/$count');
    expect([answer.text, answer.header('content-type')]).toEqual(['5000', 'text/plain']);
    expect((await harness.client.get('contacts/$count')).text).toBe('10');
    const [row] = (await page('contacts?$select=fullname&$top=1')).value;
    const filtered = await harness.client.get(`contacts/$count?$filter=contactid eq ${row?.['contactid']}`);
    expect(filtered.text).toBe('1');
  });

  it('28. (switch) the number may follow a byte order mark', async () => {
    harness.simulator.control.setSwitches({ countWithMark: true });
    const { bytes } = await harness.client.get('accounts/$count');
    harness.simulator.control.setSwitches({ countWithMark: false });
    expect(bytes.toString('latin1')).toBe('\u00ef\u00bb\u00bf5000');
  });

  it('29. RetrieveTotalRecordCount counts everything, is stale by switch, and refuses virtual tables', async () => {
    const ask = async (names: string) =>
      harness.client.get(`RetrieveTotalRecordCount(EntityNames=${encodeURIComponent(names)})`);
    const { control } = harness.simulator;
    const collection = (await ask('["account","contact"]')).json.EntityRecordCountCollection;
    expect(collection).toEqual({
      Count: 2,
      IsReadOnly: false,
      Keys: ['account', 'contact'],
      Values: [control.count('accounts'), 10],
    });
    const aliased = await harness.client.get(`RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["contact"]`);
    expect(aliased.json.EntityRecordCountCollection.Values).toEqual([10]);
    control.create('contacts', [{ lastname: 'New' }]);
    control.setSwitches({ staleRecordCounts: true });
    expect((await ask('["contact"]')).json.EntityRecordCountCollection.Values).toEqual([10]);
    control.setSwitches({ staleRecordCounts: false });
    expect((await ask('["contact"]')).json.EntityRecordCountCollection.Values).toEqual([11]);
    expect((await ask('["new_externalproduct"]')).status).toBe(400);
  });

  it('30. $apply groups and aggregates', async () => {
    const apply = async (text: string) => (await page(`contacts?$apply=${encodeURIComponent(text)}`)).value;
    expect(await apply('aggregate($count as n)')).toEqual([{ n: 11 }]);
    const groups = await apply('groupby((statecode),aggregate($count as n))');
    expect(groups.reduce((sum, group) => sum + Number(group['n']), 0)).toBe(11);
    const key = harness.simulator.control.create('contacts', [
      { lastname: 'Rich', creditlimit: '1234.5' },
    ])[0];
    const sum = `filter(contactid eq ${key})/aggregate(creditlimit with sum as total)`;
    const answer = await harness.client.get(`contacts?$apply=${encodeURIComponent(sum)}`);
    expect(answer.text).toContain('"total":1234.500000000');
  });
});

describe('aggregates over many rows', () => {
  const harness = withSimulator({ rows: { '*': 5, accounts: 50_001 } });

  it('30. fail over 50,000 rows, and work on a part of them', async () => {
    const all = await harness.client.get('accounts?$apply=aggregate($count as n)');
    expect([all.status, all.json.error.code]).toEqual([400, '0x8004e023']);
    const part = await harness.client.get(
      'accounts?$apply=filter(createdon ge 2000-01-01T00:00:00Z and statecode eq 1)/aggregate($count as n)',
    );
    expect(part.status).toBe(200);
  });
});
