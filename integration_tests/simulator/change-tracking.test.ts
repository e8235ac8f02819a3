import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PlainAnswer, type PlainClient, plainClient } from '../../src/simulator/client.testing.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';

const day = 86_400_000;
const track = { prefer: 'odata.track-changes' };

interface Row {
  readonly accountid?: string;
  readonly id?: string;
  readonly reason?: string;
  readonly name?: string;
}

describe('change tracking', () => {
  let simulator: Simulator;
  let client: PlainClient;
  beforeEach(async () => {
    simulator = await startSimulator({ rows: { '*': 10 } });
    client = await plainClient(simulator.ready);
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const firstRead = async (url = 'accounts?$select=name'): Promise<string> =>
    (await client.get(url, track)).json['@odata.deltaLink'];
  const drain = async (link: string, headers: Record<string, string> = {}) => {
    const rows: Row[] = [];
    const pages: PlainAnswer[] = [];
    let url: string | undefined = link;
    while (url !== undefined) {
      const page = await client.get(url, headers);
      pages.push(page);
      rows.push(...page.json.value);
      url = page.json['@odata.nextLink'];
    }
    return { rows, pages, deltaLink: pages.at(-1)?.json['@odata.deltaLink'] as string };
  };
  const create = (name: string): string => simulator.control.create('accounts', [{ name }])[0] ?? '';

  it('47. the delta link stands on the last page only, before value; earlier pages say istracking and maxTimestamp', async () => {
    const prefer = { prefer: 'odata.track-changes,odata.maxpagesize=4' };
    const first = await client.get('accounts?$select=name', prefer);
    expect(first.header('preference-applied')).toBe('odata.maxpagesize=4,odata.track-changes');
    expect(first.json['@odata.deltaLink']).toBeUndefined();
    const next = decodeURIComponent(decodeURIComponent(decodeURIComponent(first.json['@odata.nextLink'])));
    expect(next).toContain('istracking="True"');
    expect(next).toMatch(/<cookie page="1" maxTimestamp="\d+">/);
    // The cookie carries the tracking: the preference is not needed again.
    const rest = await drain(first.json['@odata.nextLink'], { prefer: 'odata.maxpagesize=4' });
    const last = rest.pages.at(-1)?.text ?? '';
    expect(rest.pages.length).toBe(2);
    expect(last.indexOf('@odata.deltaLink')).toBeLessThan(last.indexOf('"value"'));
    expect(last).not.toContain('@odata.nextLink');
  });

  it('47. (switch) the delta link may stand after value', async () => {
    simulator.control.setSwitches({ deltaLinkPlace: 'last' });
    const { text } = await client.get('accounts?$select=name', track);
    expect(text).toMatch(/"@odata\.deltaLink":"[^"]+"\}$/);
  });

  it('48. the token is a row version and a date in lower-case escapes; its version is that of page 1', async () => {
    const link = await firstRead();
    expect(link).toMatch(/\$deltatoken=\d+%21\d\d%2f\d\d%2f\d{4}%20\d\d%3a\d\d%3a\d\d$/);
    const page = await client.get('accounts?$select=name', {
      prefer: 'odata.track-changes,odata.maxpagesize=6',
    });
    const made = create('while reading');
    const { deltaLink } = await drain(page.json['@odata.nextLink']);
    const { rows } = await drain(deltaLink);
    expect(rows.map((row) => row.accountid)).toEqual([made]);
  });

  it('49. a delta gives changed rows by version, then deletions, in pages', async () => {
    const link = await firstRead();
    const [first, second, third] = ['one', 'two', 'three'].map(create);
    const doomed = [...simulator.control.rows('accounts')].map((row) => JSON.parse(row).accountid as string);
    const gone = doomed.filter((key) => ![first, second, third].includes(key)).slice(0, 3);
    for (const key of gone) simulator.control.remove('accounts', key);
    simulator.control.update('accounts', first ?? '', { name: 'one again' });
    const { rows, pages } = await drain(link, { prefer: 'odata.maxpagesize=2' });
    expect(pages[0]?.json['@odata.context']).toMatch(/\$metadata#accounts\(name\)\/\$delta$/);
    expect(rows.map((row) => row.accountid ?? row.id)).toEqual([second, third, first, ...gone]);
    expect(pages.map((page) => page.json.value.length)).toEqual([2, 2, 2]);
    expect(pages.map((page) => page.json['@odata.deltaLink'] !== undefined)).toEqual([false, false, true]);
  });

  it('50. a deleted row has exactly three members, its id the bare guid', async () => {
    const link = await firstRead();
    const key = JSON.parse([...simulator.control.rows('accounts')][0] ?? '{}').accountid;
    simulator.control.remove('accounts', key);
    const { rows } = await drain(link);
    const { environment_url: host } = simulator.ready;
    expect(rows).toEqual([
      {
        '@odata.context': `https://${host}/api/data/v9.2/$metadata#accounts/$deletedEntity`,
        id: key,
        reason: 'deleted',
      },
    ]);
  });

  it('51. only the last state of a row counts', async () => {
    const old = create('old');
    const link = await firstRead();
    const brief = create('brief');
    simulator.control.remove('accounts', brief);
    simulator.control.update('accounts', old, { name: 'older' });
    simulator.control.remove('accounts', old);
    const often = create('often');
    for (const name of ['a', 'b', 'c']) simulator.control.update('accounts', often, { name });
    const { rows } = await drain(link);
    expect(rows.map((row) => [row.accountid ?? row.id, row.reason ?? row.name])).toEqual([
      [often, 'c'],
      [brief, 'deleted'],
      [old, 'deleted'],
    ]);
  });

  it('51. a row made again under the key of a deleted one is no deletion', async () => {
    const key = create('first life');
    const link = await firstRead();
    simulator.control.remove('accounts', key);
    simulator.control.create('accounts', [{ accountid: key, name: 'second life' }]);
    const { rows } = await drain(link);
    expect(rows.map((row) => row.name)).toEqual(['second life']);
  });

  it('52. an empty delta keeps value and brings a new delta link', async () => {
    const { json } = await client.get(await firstRead());
    expect(json.value).toEqual([]);
    expect(json['@odata.deltaLink']).toContain('$deltatoken=');
  });

  it.each([
    ['$filter', "$filter=name eq 'x'"],
    ['$orderby', '$orderby=name'],
    ['$expand', '$expand=primarycontactid'],
    ['$top', '$top=5'],
  ])('53. %s is refused on a tracked read', async (name, option) => {
    const answer = await client.get(`accounts?${option}`, track);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toEqual({
      code: '0x80060888',
      message: `The "${name}" query parameter isn't supported when Change Tracking is enabled.`,
    });
  });

  it('53. (switch) $count=true gives a count on tracked reads, or does nothing', async () => {
    const count = async () =>
      (await client.get('accounts?$select=name&$count=true', track)).json['@odata.count'];
    expect(await count()).toBeUndefined();
    simulator.control.setSwitches({ countWhileTracking: true });
    expect(await count()).toBe(10);
  });

  it('54. a table without tracking is refused', async () => {
    const answer = await client.get('roles', track);
    expect([answer.status, answer.json.error]).toEqual([
      400,
      { code: '0x80072491', message: "Entity role isn't enabled for change tracking." },
    ]);
    const intersect = await client.get('systemuserrolescollection', track);
    expect(intersect.json.error.code).toBe('0x80072492');
    expect((await client.get('teammemberships', track)).json['@odata.deltaLink']).toBeDefined();
  });

  it('54. (switch) the status of these errors is not known', async () => {
    for (const status of [403, 404, 410, 500] as const) {
      simulator.control.setSwitches({ trackingErrorStatus: status });
      const answer = await client.get('roles', track);
      expect([answer.status, answer.json.error.code]).toEqual([status, '0x80072491']);
    }
  });

  it('54. (switch) or the preference is ignored: a plain answer without delta link', async () => {
    simulator.control.setSwitches({ trackingDisabled: 'ignored' });
    const answer = await client.get('roles', track);
    expect(answer.status).toBe(200);
    expect(answer.json['@odata.deltaLink']).toBeUndefined();
    expect(answer.header('preference-applied')).toBeUndefined();
  });

  it('55. a token over age with unprocessed changes has expired; an idle one has not', async () => {
    const link = await firstRead();
    simulator.control.advance(8 * day);
    expect((await client.get(link)).status).toBe(401);
    await client.close();
    client = await plainClient(simulator.ready);
    expect((await client.get(link)).json.value).toEqual([]);
    create('unprocessed');
    expect((await client.get(link)).json.value).toHaveLength(1);
    simulator.control.advance(8 * day);
    await client.close();
    client = await plainClient(simulator.ready);
    const answer = await client.get(link);
    expect([answer.status, answer.json.error]).toEqual([
      400,
      {
        code: '0x80044352',
        message: 'Version stamp associated with the client has expired. Please perform a full sync.',
      },
    ]);
    simulator.control.setSwitches({ expiredToken: 'everything' });
    expect((await client.get(link)).json.value).toHaveLength(11);
  });

  it('55. (switch) an idle token may expire too', async () => {
    const link = await firstRead();
    simulator.control.advance(8 * day);
    simulator.control.setSwitches({ idleTokensExpire: true });
    await client.close();
    client = await plainClient(simulator.ready);
    expect((await client.get(link)).json.error.code).toBe('0x80044352');
  });

  it('55. a change of the table definition makes its tokens void', async () => {
    const link = await firstRead();
    const other = await firstRead('contacts?$select=fullname');
    simulator.control.addColumn('account', { name: 'new_Extra', type: 'string' });
    expect((await client.get(link)).json.error.code).toBe('0x80044352');
    expect((await client.get(other)).status).toBe(200);
  });

  it('56. a delta link needs no preference, takes a page size, and keeps its selection', async () => {
    const link = await firstRead('accounts?$select=name,accountnumber');
    create('one');
    create('two');
    const plain = await client.get(link);
    expect(Object.keys(plain.json.value[0])).toEqual(['@odata.etag', 'name', 'accountnumber', 'accountid']);
    expect(plain.header('preference-applied')).toBeUndefined();
    expect(plain.json['@odata.deltaLink']).toContain('$select=name,accountnumber&$deltatoken=');
    expect((await client.get(link, { prefer: 'odata.maxpagesize=1' })).json.value).toHaveLength(1);
  });

  it('57. deletions are forgotten after the retention period', async () => {
    const link = await firstRead();
    const key = create('short');
    simulator.control.remove('accounts', key);
    const remembered = await client.get(link);
    expect(remembered.json.value).toHaveLength(1);
    simulator.control.advance(8 * day);
    create('later');
    await client.close();
    client = await plainClient(simulator.ready);
    // A token of today with the old version: as a client would forge that ignores the expiry.
    const now = new Date(simulator.control.now());
    const two = (number: number) => String(number).padStart(2, '0');
    const date = `${two(now.getUTCMonth() + 1)}%2f${two(now.getUTCDate())}%2f${now.getUTCFullYear()}%2000%3a00%3a00`;
    const forged = link.replace(/%21.*$/, `%21${date}`);
    const { rows } = await drain(forged);
    expect(rows.map((row) => row.name)).toEqual(['later']);
  });

  it('58. a change of a column that was not selected brings the row', async () => {
    const link = await firstRead();
    const key = create('seen');
    const { deltaLink } = await drain(link);
    simulator.control.update('accounts', key, { fax: '555' });
    expect((await drain(deltaLink)).rows.map((row) => row.name)).toEqual(['seen']);
  });

  it('28. /$count with a delta token counts changes', async () => {
    const link = await firstRead('accounts');
    create('one');
    const two = create('two');
    simulator.control.remove('accounts', two);
    const token = link.slice(link.indexOf('$deltatoken='));
    expect((await client.get(`accounts/$count?${token}`)).text).toBe('2');
  });

  it('76. a transaction that commits late is in the next delta, although its version is early', async () => {
    const transaction = simulator.control.begin();
    const [late = ''] = transaction.create('accounts', [{ name: 'late' }]);
    const soon = create('soon');
    const first = await drain(await firstRead(), {});
    expect(first.rows).toHaveLength(1);
    const { deltaLink, rows } = await drain(await firstRead());
    expect(rows.map((row) => row.accountid)).toEqual([soon]);
    transaction.commit();
    expect((await drain(deltaLink)).rows.map((row) => row.accountid)).toContain(late);
  });
});
