import { describe, expect, test } from 'vitest';
import { type FakeAnswer, fakeClient, memoryLog } from './client.testing.ts';
import { csdlOf } from './csdl.testing.ts';
import { discover } from './discover.ts';
import type { Wanted } from './wanted.ts';

const all: Wanted = { tables: ['*'], excludeTables: [] };

const type = (name: string, properties: string, key = `${name}id`, base = 'crmbaseentity'): string =>
  `<EntityType Name="${name}" BaseType="mscrm.${base}"><Key><PropertyRef Name="${key}"/></Key><Property Name="${key}" Type="Edm.Guid"/>${properties}</EntityType>`;
const set = (name: string, entityType: string): string =>
  `<EntitySet Name="${name}" EntityType="Microsoft.Dynamics.CRM.${entityType}"/>`;
const property = (name: string, edm = 'Edm.String'): string => `<Property Name="${name}" Type="${edm}"/>`;

const bases = `<EntityType Name="crmbaseentity" Abstract="true"/>
  <EntityType Name="principal" BaseType="mscrm.crmbaseentity" Abstract="true"><Key><PropertyRef Name="ownerid"/></Key>${property('ownerid', 'Edm.Guid')}</EntityType>
  <EntityType Name="systemuser" BaseType="mscrm.principal"><Key><PropertyRef Name="ownerid"/></Key>${property('systemuserid', 'Edm.Guid')}</EntityType>
  <EntityType Name="team" BaseType="mscrm.principal"><Key><PropertyRef Name="ownerid"/></Key>${property('teamid', 'Edm.Guid')}</EntityType>`;

/** `$metadata` alone: EntityDefinitions is refused. */
const refused = (): FakeAnswer => 403;

async function discoverCsdl(types: string, sets: string, wanted = all) {
  const log = memoryLog();
  const { client, urls } = fakeClient(csdlOf(bases + types, sets), refused);
  return { ...(await discover(client, wanted, log)), log, urls };
}

describe('discover by $metadata alone', () => {
  test('warns that EntityDefinitions cannot be read', async () => {
    const { tables, log } = await discoverCsdl(type('account', ''), set('accounts', 'account'));
    expect(tables).toHaveLength(1);
    expect(log.lines).toContainEqual({
      level: 'warn',
      message: expect.stringContaining('EntityDefinitions'),
    });
  });

  test('folds base types in, so that activities have modifiedon', async () => {
    const { tables } = await discoverCsdl(
      type('activitypointer', property('modifiedon', 'Edm.DateTimeOffset'), 'activityid') +
        `<EntityType Name="email" BaseType="mscrm.activitypointer">${property('sender')}</EntityType>`,
      set('emails', 'email'),
    );
    expect(tables[0]).toMatchObject({ setName: 'emails', key: 'activityid' });
    expect(tables[0]?.columns.map((column) => column.name)).toEqual(['activityid', 'modifiedon', 'sender']);
  });

  test('gives users and teams their own id as key, not that of the abstract principal', async () => {
    const { tables } = await discoverCsdl('', set('systemusers', 'systemuser') + set('teams', 'team'));
    expect(tables.map((table) => [table.setName, table.key])).toEqual([
      ['systemusers', 'systemuserid'],
      ['teams', 'teamid'],
    ]);
  });

  test('knows the targets of polymorphic lookups, an abstract one as its concrete tables', async () => {
    const nav = (name: string, target: string, column: string) =>
      `<NavigationProperty Name="${name}" Type="mscrm.${target}" Nullable="false"><ReferentialConstraint Property="${column}" ReferencedProperty="x"/></NavigationProperty>`;
    const { tables } = await discoverCsdl(
      type(
        'opportunity',
        property('_customerid_value', 'Edm.Guid') +
          property('_ownerid_value', 'Edm.Guid') +
          property('_createdby_value', 'Edm.Guid') +
          nav('customerid_contact', 'contact', '_customerid_value') +
          nav('customerid_account', 'account', '_customerid_value') +
          nav('ownerid', 'principal', '_ownerid_value') +
          nav('createdby', 'systemuser', '_createdby_value'),
      ),
      set('opportunities', 'opportunity'),
    );
    const targets = tables[0]?.columns.flatMap(({ name, targets }) =>
      targets === undefined ? [] : [[name, targets]],
    );
    expect(targets).toEqual([
      ['_createdby_value', ['systemuser']],
      ['_customerid_value', ['account', 'contact']],
      ['_ownerid_value', ['systemuser', 'team']],
    ]);
  });

  test('takes a table of two joined ids for an N:N table', async () => {
    const { tables } = await discoverCsdl(
      type(
        'teammembership',
        property('systemuserid', 'Edm.Guid') +
          property('teamid', 'Edm.Guid') +
          property('versionnumber', 'Edm.Int64'),
      ),
      set('teammemberships', 'teammembership'),
    );
    expect(tables[0]?.kind).toBe('intersect');
  });

  test.each([
    ['a set without a type', '', set('things', 'thing'), 'its type thing is not described'],
    [
      'an undescribed base type',
      type('thing', '', 'thingid', 'gone'),
      set('things', 'thing'),
      'its base type gone is not described',
    ],
    [
      'base types in a circle',
      type('thing', '', 'thingid', 'other') + type('other', '', 'otherid', 'thing'),
      set('things', 'thing'),
      'its base types lead in a circle (thing)',
    ],
    [
      'no key',
      `<EntityType Name="thing">${property('name')}</EntityType>`,
      set('things', 'thing'),
      'it has no key',
    ],
    [
      'a key of two columns',
      '<EntityType Name="thing"><Key><PropertyRef Name="a"/><PropertyRef Name="b"/></Key></EntityType>',
      set('things', 'thing'),
      'its key has 2 columns',
    ],
    [
      'a key that is no column',
      '<EntityType Name="thing"><Key><PropertyRef Name="a"/></Key></EntityType>',
      set('things', 'thing'),
      'its key a is not among its columns',
    ],
    [
      'a key that is no guid',
      `<EntityType Name="thing"><Key><PropertyRef Name="a"/></Key>${property('a', 'Edm.Int32')}</EntityType>`,
      set('things', 'thing'),
      'its key a is no guid but Edm.Int32',
    ],
    [
      'definitions',
      '<EntityType Name="MetadataBase" Abstract="true"/><EntityType Name="thing" BaseType="mscrm.MetadataBase"/>',
      set('things', 'thing'),
      'it holds definitions, not rows',
    ],
    [
      'a table that cannot be listed',
      type('postregarding', ''),
      set('postregardings', 'postregarding'),
      'it refuses RetrieveMultiple, so its rows cannot be listed',
    ],
  ])('leaves out %s, with the reason, and goes on with the others', async (_, types, sets, reason) => {
    const { tables, excluded, log } = await discoverCsdl(
      types + type('account', ''),
      sets + set('accounts', 'account'),
    );
    expect(excluded.map((each) => each.reason)).toEqual([reason]);
    expect(tables.map((table) => table.setName)).toEqual(['accounts']);
    expect(log.lines).toContainEqual({ level: 'debug', message: expect.stringContaining(reason) });
  });

  test.each([
    ['Things', 'things'],
    ['things', 'Things'],
  ])('of two sets with one stream name (%s, %s), keeps the one that bears it', async (first, second) => {
    const { tables, excluded } = await discoverCsdl(
      type('thing', ''),
      set(first, 'thing') + set(second, 'thing'),
    );
    expect(tables.map((table) => table.setName)).toEqual(['things']);
    expect(excluded).toEqual([
      { setName: 'Things', reason: 'its stream would have the same name as that of things' },
    ]);
  });

  test('leaves out a column of an unknown type, and keeps the table', async () => {
    const { tables, log } = await discoverCsdl(
      type(
        'account',
        property('shape', 'Edm.GeographyPoint') +
          property('tags', 'Collection(Edm.String)') +
          property('name'),
      ),
      set('accounts', 'account'),
    );
    expect(tables[0]?.columns.map((column) => column.name)).toEqual(['accountid', 'name']);
    expect(log.lines.map((line) => line.message)).toContain(
      'Column shape of accounts is left out: type Edm.GeographyPoint is unknown.',
    );
  });

  test.each<[string, Wanted, string[]]>([
    ['the standard tables', { tables: ['standard'], excludeTables: [] }, ['accounts']],
    ['custom tables that Microsoft did not publish', { tables: ['custom'], excludeTables: [] }, ['new_cars']],
    ['a glob, whatever its case', { tables: ['NEW_*'], excludeTables: [] }, ['new_cars']],
    ['all but some', { tables: ['*'], excludeTables: ['msdyn_*', 'custom'] }, ['Accounts', 'roles']],
    ['the streams of a catalog', { setNames: ['accounts', 'gone'] }, ['Accounts']],
    ['nothing', { tables: [], excludeTables: [] }, []],
  ])('describes %s', async (_, wanted, expected) => {
    const types = ['account', 'role', 'new_car', 'msdyn_job'].map((name) => type(name, '')).join('');
    const sets =
      set('Accounts', 'account') +
      set('roles', 'role') +
      set('new_cars', 'new_car') +
      set('msdyn_jobs', 'msdyn_job');
    const { tables } = await discoverCsdl(types, sets, wanted);
    expect(tables.map((table) => table.setName.toLowerCase())).toEqual(
      expected.map((name) => name.toLowerCase()),
    );
  });

  test('warns of a pattern that matches no table, but not of a word', async () => {
    const { log } = await discoverCsdl(type('role', ''), set('roles', 'role'), {
      tables: ['standard', 'custom', 'account', 'rol*'],
      excludeTables: [],
    });
    const warnings = log.lines.filter((line) => line.message.startsWith('No table'));
    expect(warnings).toEqual([
      { level: 'warn', message: 'No table matches "account" of the setting "tables".' },
    ]);
  });
});

const labels = (text: string) => ({
  LocalizedLabels: [{ Label: `${text} (fr)`, LanguageCode: 1036 }],
  UserLocalizedLabel: { Label: text, LanguageCode: 1033 },
});

const attribute = (name: string, typeName: string, more: object = {}) => ({
  LogicalName: name,
  AttributeTypeName: { Value: typeName },
  IsValidODataAttribute: true,
  DisplayName: labels(name.toUpperCase()),
  ...more,
});

const definition = (name: string, more: object = {}) => ({
  LogicalName: name,
  PrimaryIdAttribute: `${name}id`,
  ChangeTrackingEnabled: true,
  TableType: 'Standard',
  DataProviderId: null,
  IsIntersect: false,
  IsPrivate: false,
  IsCustomEntity: false,
  DisplayName: labels(name),
  ...more,
});

/** A server with the given definitions and attributes; `refuse` says which requests it refuses and how. */
function server(
  tables: readonly object[],
  attributes: Readonly<Record<string, readonly object[]>>,
  refuse: (url: string) => number | undefined = () => undefined,
) {
  return (url: string): FakeAnswer => {
    const status = refuse(url);
    if (status !== undefined) return status;
    if (url.startsWith('EntityDefinitions?$select=LogicalName,')) return { value: tables };
    const names = [...url.matchAll(/LogicalName eq '(\w+)'/g)].map((match) => match[1] ?? '');
    if (url.includes('$expand=Attributes('))
      return { value: names.map((name) => ({ LogicalName: name, Attributes: attributes[name] ?? [] })) };
    if (url.startsWith('RetrieveMetadataChanges'))
      return {
        EntityMetadata: Object.entries(attributes).map(([name, rows]) => ({
          LogicalName: name,
          Attributes: rows,
        })),
      };
    const [, table = ''] = /^EntityDefinitions\(LogicalName='(\w+)'\)\/Attributes/.exec(url) ?? [];
    return { value: attributes[table] ?? [] };
  };
}

const dates = property('start', 'Edm.DateTimeOffset') + property('seen', 'Edm.DateTimeOffset');
const dateAttributes = [
  attribute('start', 'DateTimeType', { DateTimeBehavior: { Value: 'TimeZoneIndependent' } }),
  attribute('seen', 'DateTimeType', { DateTimeBehavior: { Value: 'UserLocal' } }),
];

describe('discover with EntityDefinitions', () => {
  async function run(types: string, sets: string, answer: (url: string) => FakeAnswer, wanted = all) {
    const log = memoryLog();
    const { client, urls } = fakeClient(csdlOf(bases + types, sets), answer);
    return { ...(await discover(client, wanted, log)), log, urls };
  }

  test('refines the types of columns by their attributes', async () => {
    const { tables } = await run(
      type(
        'account',
        property('industry', 'Edm.Int32') +
          property('statecode', 'Edm.Int32') +
          property('tags') +
          property('notes') +
          property('revenue', 'Edm.Decimal') +
          property('employees', 'Edm.Int32') +
          property('contract', 'Edm.Guid') +
          property('entityimage', 'Edm.Binary') +
          property('customizable', 'mscrm.BooleanManagedProperty'),
      ),
      set('accounts', 'account'),
      server([definition('account')], {
        account: [
          attribute('industry', 'PicklistType'),
          attribute('statecode', 'StateType'),
          attribute('tags', 'MultiSelectPicklistType'),
          attribute('notes', 'MemoType'),
          attribute('revenue', 'MoneyType'),
          attribute('employees', 'IntegerType'),
          attribute('contract', 'FileType'),
          attribute('entityimage', 'ImageType'),
          attribute('customizable', 'ManagedPropertyType'),
        ],
      }),
    );
    expect(Object.fromEntries(tables[0]?.columns.map(({ name, type }) => [name, type]) ?? [])).toEqual({
      accountid: 'guid',
      contract: 'file',
      customizable: 'managed_property',
      employees: 'integer',
      entityimage: 'image',
      industry: 'choice',
      notes: 'memo',
      revenue: 'money',
      statecode: 'state',
      tags: 'choices',
    });
    expect(tables[0]).toMatchObject({ displayName: 'account', changeTracking: true });
    expect(tables[0]?.columns.find(({ name }) => name === 'industry')?.displayName).toBe('INDUSTRY');
  });

  test('trusts $metadata where an attribute says what the JSON cannot be', async () => {
    const { tables } = await run(
      type('account', property('code')),
      set('accounts', 'account'),
      server([definition('account')], { account: [attribute('code', 'PicklistType')] }),
    );
    expect(tables[0]?.columns.find(({ name }) => name === 'code')?.type).toBe('string');
  });

  test('leaves out columns that the server refuses to select', async () => {
    const { tables } = await run(
      type('account', property('name') + property('shadow')),
      set('accounts', 'account'),
      server([definition('account')], {
        account: [
          attribute('name', 'StringType'),
          attribute('shadow', 'StringType', { IsValidODataAttribute: false }),
        ],
      }),
    );
    expect(tables[0]?.columns.map(({ name }) => name)).toEqual(['accountid', 'name']);
  });

  test.each<[string, (url: string) => number | undefined]>([
    ['one query for many tables', () => undefined],
    [
      'a cast for each table, where the query is refused',
      (url) => (url.startsWith('Retrieve') ? 501 : undefined),
    ],
  ])('tells moments from wall clocks by %s', async (_, refuse) => {
    const { tables } = await run(
      type('account', dates),
      set('accounts', 'account'),
      server([definition('account')], { account: dateAttributes }, refuse),
    );
    expect(tables[0]?.columns.map(({ name, type }) => [name, type])).toEqual([
      ['accountid', 'guid'],
      ['seen', 'datetime'],
      ['start', 'datetime_naive'],
    ]);
  });

  test('takes date-times for moments, with one warning, where the server says nothing of them', async () => {
    const { tables, log } = await run(
      type('account', dates),
      set('accounts', 'account'),
      server([definition('account')], { account: dateAttributes }, (url) =>
        url.startsWith('Retrieve') || url.includes('/Attributes/') ? 400 : undefined,
      ),
    );
    expect(tables[0]?.columns.map(({ type }) => type)).toEqual(['guid', 'datetime', 'datetime']);
    expect(log.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
  });

  test('asks for the targets of lookups that $metadata does not explain', async () => {
    const { tables } = await run(
      type('note', property('_objectid_value', 'Edm.Guid')),
      set('notes', 'note'),
      server([definition('note')], {
        note: [attribute('objectid', 'LookupType', { Targets: ['lead', 'account'] })],
      }),
    );
    expect(tables[0]?.columns.find(({ name }) => name === '_objectid_value')?.targets).toEqual([
      'account',
      'lead',
    ]);
  });

  test('marks bytes, and texts that hold files, as large', async () => {
    const { tables } = await run(
      type('report', property('body') + property('body_binary', 'Edm.Binary') + property('name')) +
        type('annotation', property('documentbody') + property('subject')),
      set('reports', 'report') + set('annotations', 'annotation'),
      server([definition('report'), definition('annotation')], {}),
    );
    const large = tables.map(({ columns }) =>
      columns.filter((column) => column.large).map(({ name }) => name),
    );
    expect(large).toEqual([['documentbody'], ['body', 'body_binary']]);
  });

  test('asks for attributes table by table where the server refuses a chunk, and does without those of a table it refuses', async () => {
    const names = ['good', 'bad'];
    const { tables, log } = await run(
      names.map((name) => type(name, property('kind', 'Edm.Int32'))).join(''),
      names.map((name) => set(`${name}s`, name)).join(''),
      server(
        names.map((name) => definition(name)),
        { good: [attribute('kind', 'PicklistType')], bad: [] },
        (url) => (url.includes('$expand') || url.includes("(LogicalName='bad')") ? 400 : undefined),
      ),
    );
    const kinds = tables.map(({ setName, columns }) => [
      setName,
      columns.find(({ name }) => name === 'kind')?.type,
    ]);
    expect(kinds).toEqual([
      ['bads', 'integer'],
      ['goods', 'choice'],
    ]);
    expect(log.lines.filter((line) => line.level === 'warn').map((line) => line.message)).toEqual([
      'The server does not tell the attributes of bad; its choices and labels are unknown.',
    ]);
  });

  test('does without attributes, with one warning, where only the tables may be read', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `new_t${index}`);
    const { tables, log } = await run(
      names.map((name) => type(name, property('kind', 'Edm.Int32'))).join(''),
      names.map((name) => set(`${name}s`, name)).join(''),
      server(
        names.map((name) => definition(name, { IsIntersect: true })),
        {},
        (url) => (url.includes('$expand') ? 403 : undefined),
      ),
    );
    expect(tables).toHaveLength(45);
    expect(tables[0]).toMatchObject({
      kind: 'intersect',
      columns: [{ name: 'kind', type: 'integer' }, { type: 'guid' }],
    });
    expect(log.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
  });

  test('asks nothing about dates where a table has only those of the system', async () => {
    const { urls } = await run(
      type(
        'account',
        property('createdon', 'Edm.DateTimeOffset') + property('modifiedon', 'Edm.DateTimeOffset'),
      ),
      set('accounts', 'account'),
      server([definition('account')], {}),
    );
    expect(urls.filter((url) => url.startsWith('Retrieve'))).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['an elastic table', { TableType: 'Elastic' }, 'elastic'],
    ['a virtual table', { TableType: 'Virtual' }, 'virtual'],
    [
      'a virtual table of old metadata',
      { TableType: null, DataProviderId: 'b2112a7e-b26c-42f7-9b63-9a809a9d716f' },
      'virtual',
    ],
    ['an N:N table', { IsIntersect: true }, 'intersect'],
  ])('recognises %s', async (_, more, kind) => {
    const { tables } = await run(
      type('thing', ''),
      set('things', 'thing'),
      server([definition('thing', more)], {}),
    );
    expect(tables[0]?.kind).toBe(kind);
  });

  test('takes the primary id of the definition before the key of $metadata', async () => {
    const { tables } = await run(
      type('thing', property('realid', 'Edm.Guid')),
      set('things', 'thing'),
      server([definition('thing', { PrimaryIdAttribute: 'realid' })], {}),
    );
    expect(tables[0]?.key).toBe('realid');
  });

  test('leaves out private tables', async () => {
    const { excluded } = await run(
      type('thing', ''),
      set('things', 'thing'),
      server([definition('thing', { IsPrivate: true })], {}),
    );
    expect(excluded).toEqual([{ setName: 'things', reason: 'it is private to the system' }]);
  });

  test('asks only for the tables wanted, at most 20 in a request', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `new_t${index}`);
    const { tables, urls } = await run(
      [...names, 'account'].map((name) => type(name, '')).join(''),
      [...names, 'account'].map((name) => set(`${name}s`, name)).join(''),
      server(
        [...names, 'account'].map((name) => definition(name, { IsCustomEntity: true })),
        {},
      ),
      { tables: ['new_*'], excludeTables: [] },
    );
    expect(tables).toHaveLength(45);
    const asked = urls.map((url) => [...url.matchAll(/LogicalName eq '(\w+)'/g)].map((match) => match[1]));
    expect(asked.map((each) => each.length)).toEqual([0, 20, 20, 5]);
    expect(asked.flat()).not.toContain('account');
  });

  test('asks for wide tables fewer at a time', async () => {
    const wide = Array.from({ length: 1000 }, (_, index) => property(`p${index}`)).join('');
    const { urls } = await run(
      ['a', 'b', 'c'].map((name) => type(name, wide)).join(''),
      ['a', 'b', 'c'].map((name) => set(`${name}s`, name)).join(''),
      server(
        ['a', 'b', 'c'].map((name) => definition(name)),
        {},
      ),
    );
    expect(urls.filter((url) => url.includes('$expand'))).toHaveLength(2);
  });

  test.each([503, 401])('throws, rather than give a part, when a chunk fails with %i', async (status) => {
    const names = Array.from({ length: 45 }, (_, index) => `new_t${index}`);
    const broken = server(
      names.map((name) => definition(name)),
      {},
      (url) => (url.includes('new_t25') ? status : undefined),
    );
    await expect(
      run(
        names.map((name) => type(name, '')).join(''),
        names.map((name) => set(`${name}s`, name)).join(''),
        broken,
      ),
    ).rejects.toMatchObject({ details: { status } });
  });

  test('throws a protocol error when the definitions are no JSON list', async () => {
    await expect(run(type('thing', ''), set('things', 'thing'), () => ({ error: {} }))).rejects.toMatchObject(
      {
        kind: 'protocol',
        message: expect.stringContaining('EntityDefinitions has no value'),
      },
    );
  });
});
