import { beforeAll, describe, expect, it } from 'vitest';
import { withSimulator } from './harness.ts';

type Row = Record<string, unknown>;

describe('queries', () => {
  const harness = withSimulator({ rows: { '*': 40, accounts: 200, contacts: 600 } });
  const ask = (url: string, prefer?: string) =>
    harness.client.get(url, prefer === undefined ? {} : { prefer });
  const rows = async (url: string): Promise<Row[]> => (await ask(url)).json.value;
  const keys = async (filter: string, set = 'accounts'): Promise<unknown[]> => {
    const answer = await ask(`${set}?$select=createdon&$filter=${encodeURIComponent(filter)}`);
    if (answer.status !== 200) return [answer.status, answer.json.error.code, answer.json.error.message];
    return answer.json.value.map((row: Row) => row['accountid'] ?? row['contactid']);
  };
  const made: string[] = [];
  beforeAll(() => {
    made.push(
      ...harness.simulator.control.create('accounts', [
        {
          name: "O'Neill 100%",
          accountnumber: 'Q_1',
          revenue: '20000',
          numberofemployees: 7,
          new_interests: '100000000,100000003',
        },
        { name: 'Zzz [one]', accountnumber: 'QX1', createdon: '2010-01-31T10:00:00.500Z' },
        { name: 'zzz TWO', accountnumber: 'zzz TWO', createdon: '2010-02-01T00:00:00Z' },
      ]),
    );
  });

  it('31. $select adds the key and, for money, the currency; the context lists what was selected', async () => {
    const { json, text } = await ask('accounts?$select=name,revenue&$top=1');
    expect(Object.keys(json.value[0])).toEqual([
      '@odata.etag',
      'name',
      'revenue',
      '_transactioncurrencyid_value',
      'accountid',
    ]);
    expect(text).toContain('$metadata#accounts(name,revenue)"');
    expect((await ask('accounts?$top=1')).json['@odata.context']).toMatch(/\$metadata#accounts$/);
  });

  it.each(['primarycontactid', 'statecodename', 'Name'])('31. $select=%s is refused', async (name) => {
    const answer = await ask(`accounts?$select=${name}`);
    expect([answer.status, answer.json.error.message]).toEqual([
      400,
      `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.account'.`,
    ]);
  });

  const filters: readonly (readonly [string, readonly number[]])[] = [
    ["name eq 'o''neill 100%'", [0]],
    ["startswith(name,'ZZZ')", [1, 2]],
    ["endswith(name,'two')", [2]],
    ["contains(name,'eill 100')", [0]],
    ["startswith(accountnumber,'Q_1')", [0, 1]],
    ["startswith(accountnumber,'Q[_]1')", [0]],
    ['accountid eq KEY0', [0]],
    ["accountid eq 'KEY0'", [0]],
    ['name eq accountnumber', [2]],
    ['numberofemployees ge 7 and numberofemployees lt 8 and accountid eq KEY0', [0]],
    ["revenue eq 20000 and startswith(name,'O')", [0]],
    ["not startswith(name,'z') and (accountid eq KEY0 or accountid eq KEY1)", [0]],
    ['revenue eq null and (accountid eq KEY0 or accountid eq KEY1)', [1]],
    ['createdon ge 2010-01-31T10:00:00Z and createdon lt 2010-02-01T00:00:00Z', [1]],
    ["Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['zzz two','Zzz [one]'])", [1, 2]],
    [
      "Microsoft.Dynamics.CRM.Between(PropertyName='createdon',PropertyValues=['2010-01-01','2010-01-31T11:00:00Z'])",
      [1],
    ],
    ["Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='2010-01-31')", [1]],
    ["Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='createdon',PropertyValue='2010-02-01')", [1, 2]],
    ["Microsoft.Dynamics.CRM.LastXHours(PropertyName='createdon',PropertyValue=1)", [0]],
    [
      "Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_interests',PropertyValues=['100000003']) and accountid eq KEY0",
      [0],
    ],
    ['primarycontactid/contactid eq null and accountid eq KEY0', [0]],
  ];
  it.each(filters)('32. $filter=%s', async (filter, expected) => {
    const text = filter.replaceAll(/KEY(\d)/g, (_, place) => made[Number(place)] ?? '');
    expect(new Set(await keys(text))).toEqual(new Set(expected.map((place) => made[place])));
  });

  it('32. filters reach over lookups, and any and all over collections', async () => {
    const [contact] = harness.simulator.control.create('contacts', [
      { lastname: 'Reachable', parentcustomerid: { table: 'account', id: made[0] } },
    ]);
    expect(await keys("parentcustomerid_account/name eq 'O''NEILL 100%'", 'contacts')).toEqual([contact]);
    expect(await keys(`_parentcustomerid_value eq ${made[0]}`, 'contacts')).toEqual([contact]);
    expect(await keys("contact_customer_accounts/any(c:c/lastname eq 'reachable')")).toEqual([made[0]]);
    const all =
      "contact_customer_accounts/all(c:c/lastname eq 'reachable') and contact_customer_accounts/any()";
    expect(await keys(all)).toEqual([made[0]]);
  });

  it('32. parameter aliases stand for values', async () => {
    const url =
      "accounts?$select=name&$filter=Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&@p1='name'&@p2=['zzz two']";
    expect((await rows(url)).map((row) => row['accountid'])).toEqual([made[2]]);
    expect(await rows("accounts?$select=name&$filter=name eq @n&@n='zzz two'")).toHaveLength(1);
  });

  it.each([
    ["name in ('a','b')", /^Syntax error at position 5/],
    ["tolower(name) eq 'a'", /unknown function with name 'tolower'/],
    ['year(createdon) eq 2024', /unknown function with name 'year'/],
    ['length(name) eq 3', /unknown function with name 'length'/],
    ['numberofemployees add 1 eq 3', /^Syntax error/],
    ["name eq 'open", /^There is an unterminated literal at position 13 in/],
    ['Name eq 3', /Could not find a property named 'Name'/],
  ])('32. $filter=%s is refused', async (filter, message) => {
    const [status, code, text] = await keys(filter);
    expect([status, code]).toEqual([400, '0x80060888']);
    expect(text).toMatch(message);
  });

  it('33. dates are compared by the milliseconds that are not printed', async () => {
    const [row] = await rows(`accounts?$select=createdon&$filter=accountid eq ${made[1]}`);
    expect(row?.['createdon']).toBe('2010-01-31T10:00:00Z');
    expect(await keys('createdon eq 2010-01-31T10:00:00Z')).toEqual([]);
    expect(await keys('createdon eq 2010-01-31T10:00:00.500Z')).toEqual([made[1]]);
    expect(await keys('createdon ge 2010-01-31T10:00:00Z and createdon lt 2010-01-31T10:00:01Z')).toEqual([
      made[1],
    ]);
  });

  it('34. versionnumber filters and orders', async () => {
    const all = await rows('accounts?$select=versionnumber&$orderby=versionnumber asc');
    const versions = all.map((row) => Number(row['versionnumber']));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    const floor = versions[150] ?? 0;
    const above = await rows(
      `accounts?$select=versionnumber&$filter=versionnumber gt ${floor}&$orderby=versionnumber asc`,
    );
    expect(above.map((row) => row['versionnumber'])).toEqual(versions.slice(151));
  });

  it('34. $orderby takes any scalar column, both ways', async () => {
    for (const direction of ['asc', 'desc']) {
      const names = (await rows(`accounts?$select=name&$orderby=name ${direction}`)).map((row) =>
        String(row['name']).toLowerCase(),
      );
      const sorted = names.toSorted();
      expect(names).toEqual(direction === 'asc' ? sorted : sorted.reverse());
    }
    expect((await ask('accounts?$orderby=description')).status).toBe(400);
    expect((await ask('accounts?$orderby=new_interests')).status).toBe(400);
  });

  it('35. a single-valued property expands to an object, a collection to rows and a link', async () => {
    const url = `accounts(${made[0]})?$select=name&$expand=primarycontactid($select=fullname),createdby($select=fullname),contact_customer_accounts($select=lastname)`;
    const { json } = await ask(url);
    expect(json['@odata.context']).toMatch(
      /#accounts\(name,primarycontactid\(fullname\),createdby\(fullname\),contact_customer_accounts\(lastname\)\)\/\$entity$/,
    );
    expect(json.primarycontactid).toBeNull();
    expect(Object.keys(json.createdby)).toEqual(['@odata.etag', 'fullname', 'systemuserid']);
    expect(json.contact_customer_accounts.map((row: Row) => row['lastname'])).toEqual(['Reachable']);
    const linked = await ask(json['contact_customer_accounts@odata.nextLink']);
    expect(linked.json.value).toEqual(json.contact_customer_accounts);
  });

  it('35. collections with expansions inside are paged, and N:N tables join', async () => {
    const [account] = harness.simulator.control.create('accounts', [{ name: 'Parent' }]);
    const children = Array.from({ length: 5 }, (_, place) => ({
      lastname: `Child ${place}`,
      parentcustomerid: { table: 'account', id: account },
    }));
    harness.simulator.control.create('contacts', children);
    const url = `accounts?$select=name&$filter=accountid eq ${account}&$expand=contact_customer_accounts($select=lastname;$expand=owninguser($select=fullname))`;
    const first = (await ask(url, 'odata.maxpagesize=2')).json.value[0];
    expect(first.contact_customer_accounts).toHaveLength(2);
    expect(first.contact_customer_accounts[0].owninguser.fullname).toEqual(expect.any(String));
    const next = (await ask(first['contact_customer_accounts@odata.nextLink'], 'odata.maxpagesize=2')).json;
    const names = [...first.contact_customer_accounts, ...next.value].map((row: Row) => row['lastname']);
    expect(new Set(names).size).toBe(4);
    const teams = await rows('systemusers?$select=fullname&$expand=teammembership_association($select=name)');
    expect(teams.some((user) => (user['teammembership_association'] as Row[]).length > 0)).toBe(true);
  });

  it.each([
    ['createdby($orderby=fullname)', 'many-to-one relationship or nested one-to-many relationship'],
    [
      'contact_customer_accounts($top=1;$expand=owninguser)',
      'many-to-one relationship or nested one-to-many relationship',
    ],
  ])('35. $expand=%s is refused', async (expand, kind) => {
    expect((await ask(`accounts?$expand=${expand}`)).json.error).toEqual({
      code: '0x80060888',
      message: `Only $select and $filter clause can be provided while doing $expand on ${kind}.`,
    });
  });

  it('35. at most 15 expansions', async () => {
    const list = (count: number) =>
      Array.from({ length: count }, () => 'createdby($select=fullname)').join(',');
    expect((await ask(`accounts?$top=1&$expand=${list(15)}`)).status).toBe(200);
    expect((await ask(`accounts?$top=1&$expand=${list(16)}`)).status).toBe(400);
  });

  it('36. a URL of more than 32,768 characters fails (status by switch); a batch takes longer ones', async () => {
    const url = `accounts?$select=name&$filter=name eq '${'x'.repeat(33_000)}'`;
    expect((await ask(url)).status).toBe(404);
    harness.simulator.control.setSwitches({ longUrlStatus: 414 });
    expect((await ask(url)).status).toBe(414);
    harness.simulator.control.setSwitches({ longUrlStatus: 404 });
    const answer = await batch([url.replaceAll(' ', '%20')]);
    expect(answer.text).toContain('HTTP/1.1 200 OK');
  });

  const batch = (urls: readonly string[], headers: Record<string, string> = {}, eol = '\r\n') => {
    const parts = urls.map((url) =>
      [
        '--batch_1',
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        '',
        `GET ${url} HTTP/1.1`,
        'Accept: application/json',
        '',
        '',
      ].join(eol),
    );
    const body = `${parts.join(eol)}${eol}--batch_1--${eol}`;
    return harness.client.send(
      'POST',
      '$batch',
      { 'content-type': 'multipart/mixed;boundary="batch_1"', ...headers },
      body,
    );
  };

  it('37. a batch answers part by part and stops at the first error, unless told to go on', async () => {
    const urls = ['accounts?$select=name&$top=1', 'nowhere', 'contacts?$select=fullname&$top=1'];
    const stopped = await batch(urls);
    expect(stopped.header('content-type')).toMatch(
      /^multipart\/mixed; boundary=batchresponse_[0-9a-f-]{36}$/,
    );
    expect(stopped.text.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
    const whole = await batch(urls, { prefer: 'odata.continue-on-error' });
    expect(whole.text.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
    expect(whole.text).toContain('#contacts(fullname)');
  });

  it('37. a batch with bare line feeds or more than 1,000 parts is refused', async () => {
    const bare = await batch(['accounts?$top=1'], {}, '\n');
    expect([bare.status, bare.json.error.code]).toEqual([400, '0x80048d19']);
    const many = await batch(Array.from({ length: 1001 }, () => 'WhoAmI'));
    expect(many.status).toBe(400);
  });
});
