import { beforeAll, describe, expect, it } from 'vitest';
import { withSimulator } from './harness.ts';

type Row = Record<string, unknown>;
const annotations = { prefer: 'odata.include-annotations="*"' };

describe('rows', () => {
  const harness = withSimulator({ rows: { '*': 30 } });
  const text = async (path: string, headers?: Record<string, string>) =>
    (await harness.client.get(path, headers)).text;
  const rows = async (path: string, headers?: Record<string, string>): Promise<Row[]> =>
    (await harness.client.get(path, headers)).json.value;
  let account = '';
  let contact = '';
  beforeAll(() => {
    const { control } = harness.simulator;
    account =
      control.create('accounts', [
        {
          name: 'Adventure Works',
          revenue: '20000',
          exchangerate: '1',
          new_creditscore: '7.5',
          numberofemployees: 1234,
          address1_latitude: 47.6062,
          creditonhold: true,
          industrycode: 7,
          new_interests: '100000000,100000003',
          createdon: '2023-04-07T14:59:30.750Z',
        },
      ])[0] ?? '';
    contact =
      control.create('contacts', [
        {
          lastname: 'Nathan',
          fullname: 'Heriberto Nathan',
          birthdate: '1990-05-17',
          new_callbackat: '2024-06-30T08:15:00Z',
          parentcustomerid: { table: 'account', id: account },
        },
      ])[0] ?? '';
  });

  it('38. @odata.etag comes first and holds the version; a single row has it in the ETag header too', async () => {
    for (const row of await rows('accounts?$select=versionnumber&$top=5')) {
      expect(Object.keys(row)[0]).toBe('@odata.etag');
      expect(row['@odata.etag']).toBe(`W/"${row['versionnumber']}"`);
    }
    const single = await harness.client.get(`accounts(${account})?$select=name`);
    expect(single.header('etag')).toBe(single.json['@odata.etag']);
  });

  it('39. annotations stand before their value, none where it is null', async () => {
    const body = await text(
      `contacts(${contact})?$select=_parentcustomerid_value,_masterid_value,familystatuscode`,
      annotations,
    );
    expect(body).toContain(
      `"_parentcustomerid_value@OData.Community.Display.V1.FormattedValue":"Adventure Works","_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"parentcustomerid_account","_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account","_parentcustomerid_value":"${account}","_masterid_value":null,"familystatuscode":null`,
    );
  });

  it('39. formatted values are those of en-US', async () => {
    const columns =
      'revenue,numberofemployees,creditonhold,industrycode,new_interests,createdon,new_creditscore,_ownerid_value';
    const [row = {}] = await rows(`accounts?$select=${columns}&$filter=accountid eq ${account}`, annotations);
    const label = (name: string) => row[`${name}@OData.Community.Display.V1.FormattedValue`];
    expect(columns.split(',').slice(0, 7).map(label)).toEqual([
      '$20,000.00',
      '1,234',
      'Yes',
      'Consulting',
      'Analytics; Marketing',
      '4/7/2023 2:59 PM',
      '7.50',
    ]);
    expect(label('_ownerid_value')).toEqual(expect.any(String));
    const [person = {}] = await rows(
      `contacts?$select=birthdate&$filter=contactid eq ${contact}`,
      annotations,
    );
    expect(person['birthdate@OData.Community.Display.V1.FormattedValue']).toBe('5/17/1990');
  });

  it('39. a list of annotations is honoured, wildcards included', async () => {
    const names = async (list: string) => {
      const [row = {}] = await rows(
        `contacts?$select=_parentcustomerid_value&$filter=contactid eq ${contact}`,
        {
          prefer: `odata.include-annotations="${list}"`,
        },
      );
      return Object.keys(row).filter((name) => name.startsWith('_parent'));
    };
    expect(await names('Microsoft.Dynamics.CRM.lookuplogicalname')).toEqual([
      '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
      '_parentcustomerid_value',
    ]);
    expect(await names('OData.Community.*')).toEqual([
      '_parentcustomerid_value@OData.Community.Display.V1.FormattedValue',
      '_parentcustomerid_value',
    ]);
  });

  it('40. money has four decimals, exchange rates ten, doubles are plain, big integers bare', async () => {
    const columns = 'revenue,exchangerate,new_creditscore,address1_latitude';
    expect(await text(`accounts(${account})?$select=${columns}`)).toContain(
      '"revenue":20000.0000,"exchangerate":1.0000000000,"new_creditscore":7.50,"address1_latitude":47.6062',
    );
    expect(
      await text('accounts?$select=entityimage_timestamp&$filter=entityimage_timestamp ne null'),
    ).toMatch(/"entityimage_timestamp":6\d{17},/);
  });

  it('40. (switch) IEEE754Compatible does nothing, or makes text of decimals and big integers', async () => {
    const accept = { accept: 'application/json;IEEE754Compatible=true' };
    const url = `accounts(${account})?$select=revenue,versionnumber,numberofemployees`;
    expect(await text(url, accept)).toContain('"revenue":20000.0000');
    harness.simulator.control.setSwitches({ ieee754Compatible: 'honoured' });
    const honoured = await text(url, accept);
    harness.simulator.control.setSwitches({ ieee754Compatible: 'ignored' });
    expect(honoured).toMatch(/"revenue":"20000\.0000","versionnumber":"\d+","numberofemployees":1234/);
  });

  it('41. dates have whole seconds and a Z, also those without a time zone; date-only columns have no time', async () => {
    const body = await text(`contacts(${contact})?$select=birthdate,new_callbackat,createdon`);
    expect(body).toContain('"birthdate":"1990-05-17","new_callbackat":"2024-06-30T08:15:00Z"');
    expect(await text(`accounts(${account})?$select=createdon`)).toContain(
      '"createdon":"2023-04-07T14:59:30Z"',
    );
  });

  it('42. multi-select is a comma string; labels of booleans come from their options', async () => {
    expect(await text(`accounts(${account})?$select=new_interests`)).toContain(
      '"new_interests":"100000000,100000003"',
    );
    const definition = await harness.client.get(
      "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='creditonhold')/Microsoft.Dynamics.CRM.BooleanAttributeMetadata?$select=LogicalName&$expand=OptionSet",
    );
    expect(definition.json.OptionSet.TrueOption.Label.UserLocalizedLabel.Label).toBe('Yes');
  });

  it('43. image bytes come only when selected by name (or by switch), their companions always', async () => {
    const [row = {}] = await rows('accounts?$filter=entityimageid ne null&$top=1');
    expect(row).not.toHaveProperty('entityimage');
    expect(row['entityimage_url']).toMatch(
      /^\/Image\/download\.aspx\?Entity=account&Attribute=entityimage&Id=[0-9a-f-]{36}&Timestamp=\d{18}$/,
    );
    const [selected = {}] = await rows('accounts?$select=entityimage&$filter=entityimageid ne null&$top=1');
    expect(Buffer.from(String(selected['entityimage']), 'base64').length).toBeGreaterThan(10);
    harness.simulator.control.setSwitches({ imagesInFullReads: true });
    expect((await rows('accounts?$top=1'))[0]).toHaveProperty('entityimage');
    harness.simulator.control.setSwitches({ imagesInFullReads: false });
  });

  it('43. documents of notes come in reads of all columns, huge ones by switch', async () => {
    const documents = async () =>
      (await rows('annotations?$filter=isdocument eq true&$top=3')).map((row) => String(row['documentbody']));
    expect((await documents()).every((each) => each.length > 10)).toBe(true);
    harness.simulator.control.setSwitches({ hugeDocuments: true });
    const huge = await documents();
    harness.simulator.control.setSwitches({ hugeDocuments: false });
    expect(huge.length).toBeGreaterThan(0);
    expect(huge.every((each) => each.length > 1_000_000)).toBe(true);
    const [note = {}] = await rows('annotations?$select=filename&$filter=isdocument eq true&$top=1');
    const raw = await harness.client.get(`annotations(${note['annotationid']})/documentbody/$value`);
    expect(raw.status).toBe(200);
  });

  it('44. users and teams have their own key and ownerid; activities have the columns of activitypointer', async () => {
    for (const [set, key] of [
      ['systemusers', 'systemuserid'],
      ['teams', 'teamid'],
    ] as const) {
      for (const row of await rows(`${set}?$top=5`)) expect(row['ownerid']).toBe(row[key]);
    }
    const [email = {}] = await rows('emails?$top=1');
    expect(Object.keys(email)).toEqual(
      expect.arrayContaining(['subject', 'modifiedon', 'versionnumber', 'torecipients']),
    );
  });

  it('44. activitypointers holds every activity, and deleting one deletes its pointer', async () => {
    const ids = async (set: string) =>
      (await rows(`${set}?$select=activityid`)).map((row) => row['activityid']);
    const sets = ['emails', 'tasks', 'phonecalls', 'appointments'];
    const own = (await Promise.all(sets.map(ids))).flat();
    expect(new Set(await ids('activitypointers'))).toEqual(new Set(own));
    const types = (await rows('activitypointers?$select=activitytypecode')).map(
      (row) => row['activitytypecode'],
    );
    expect(new Set(types)).toEqual(new Set(['email', 'task', 'phonecall', 'appointment']));
    const link = (
      await harness.client.get('activitypointers?$select=subject', { prefer: 'odata.track-changes' })
    ).json['@odata.deltaLink'];
    harness.simulator.control.remove('emails', String(own[0]));
    expect(await ids('activitypointers')).not.toContain(own[0]);
    expect((await rows(link)).map((row) => row['id'])).toEqual([own[0]]);
  });

  it('45. activity parties and N:N tables have no dates; N:N columns are plain guids', async () => {
    const [party = {}] = await rows('activityparties?$top=1');
    expect(party).not.toHaveProperty('modifiedon');
    expect(party).toHaveProperty('versionnumber');
    const [membership = {}] = await rows('teammemberships?$top=1');
    expect(Object.keys(membership)).toEqual([
      '@odata.etag',
      'teammembershipid',
      'teamid',
      'systemuserid',
      'versionnumber',
    ]);
  });

  it('46. odata.metadata=none drops context and etag, full adds type, id and edit link', async () => {
    const none = await harness.client.get('accounts?$select=name&$count=true', {
      accept: 'application/json;odata.metadata=none',
      prefer: 'odata.maxpagesize=2',
    });
    expect(none.header('content-type')).toBe('application/json; odata.metadata=none');
    expect(Object.keys(none.json)).toEqual(['@odata.count', 'value', '@odata.nextLink']);
    expect(Object.keys(none.json.value[0])).toEqual(['name', 'accountid']);
    const full = await harness.client.get(`accounts(${account})?$select=name,revenue`, {
      accept: 'application/json;odata.metadata=full',
    });
    expect(full.json).toMatchObject({
      '@odata.type': '#Microsoft.Dynamics.CRM.account',
      '@odata.id': expect.stringMatching(/accounts\([0-9a-f-]{36}\)$/),
      '@odata.editLink': `accounts(${account})`,
      'revenue@odata.type': '#Decimal',
      'accountid@odata.type': '#Guid',
    });
  });
});
