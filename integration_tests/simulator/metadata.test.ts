import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { plainClient } from '../../src/simulator/client.testing.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { withSimulator } from './harness.ts';

type Json = Record<string, unknown>;

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return root;
}

function all(element: Element, name: string): Element[] {
  return [
    ...(element.name === name ? [element] : []),
    ...element.children.flatMap((child) => all(child, name)),
  ];
}

describe('metadata', () => {
  const harness = withSimulator({ rows: { '*': 20 } });
  const get = (path: string, headers?: Record<string, string>) => harness.client.get(path, headers);
  const values = async (path: string): Promise<Json[]> => (await get(path)).json.value;

  it('66. the CSDL has the base types, keys, navigations and facets of the service', async () => {
    const { text } = await get('$metadata', { accept: 'application/xml' });
    const document = parse(text);
    const types = new Map(all(document, 'EntityType').map((type) => [type.attributes['Name'] ?? '', type]));
    const base = (name: string) => types.get(name)?.attributes['BaseType'];
    expect([base('email'), base('activitypointer'), base('systemuser'), base('principal')]).toEqual([
      'mscrm.activitypointer',
      'mscrm.crmbaseentity',
      'mscrm.principal',
      'mscrm.crmbaseentity',
    ]);
    const keyOf = (name: string) =>
      all(types.get(name) ?? document, 'PropertyRef').map((ref) => ref.attributes['Name']);
    expect(['account', 'principal', 'activitypointer', 'systemuser', 'email'].map(keyOf)).toEqual([
      ['accountid'],
      ['ownerid'],
      ['activityid'],
      [],
      [],
    ]);
    const email = types.get('email')?.children.filter(({ name }) => name === 'Property') ?? [];
    expect(email.map(({ attributes }) => attributes['Name'])).not.toContain('modifiedon');
    expect(email.length).toBeLessThan(30);

    const properties = all(document, 'Property').filter((each) => each.attributes['Type']?.startsWith('Edm'));
    for (const facet of ['MaxLength', 'Precision']) {
      expect(properties.some(({ attributes }) => facet in attributes)).toBe(false);
    }
    const contact = types.get('contact');
    const navigations = contact?.children.filter(({ name }) => name === 'NavigationProperty') ?? [];
    const customer = navigations.filter(({ attributes }) =>
      attributes['Name']?.startsWith('parentcustomerid_'),
    );
    expect(customer.map(({ attributes }) => [attributes['Type'], attributes['Nullable']])).toEqual([
      ['mscrm.account', 'false'],
      ['mscrm.contact', 'false'],
    ]);
    const constraints = customer.flatMap((each) => all(each, 'ReferentialConstraint'));
    expect(new Set(constraints.map(({ attributes }) => attributes['Property']))).toEqual(
      new Set(['_parentcustomerid_value']),
    );

    const sets = new Map(all(document, 'EntitySet').map((set) => [set.attributes['Name'], set]));
    expect(sets.get('accounts')?.attributes['EntityType']).toBe('Microsoft.Dynamics.CRM.account');
    const owners = all(sets.get('accounts') ?? document, 'NavigationPropertyBinding').find(
      ({ attributes }) => attributes['Path'] === 'ownerid',
    );
    expect(owners?.attributes['Target']).toBe('owners');
    expect(sets.has('owners')).toBe(false);
    expect(text).not.toContain('<Annotation');
    expect(text).not.toContain('\n');
  });

  it('66. every navigation leads to a type of the document', async () => {
    const document = parse((await get('$metadata')).text);
    const types = new Set(all(document, 'EntityType').map((type) => `mscrm.${type.attributes['Name']}`));
    for (const { attributes } of all(document, 'NavigationProperty')) {
      expect(types).toContain((attributes['Type'] ?? '').replace(/^Collection\((.*)\)$/, '$1'));
    }
  });

  it.each([
    ['?annotations=true', {}],
    ['', { prefer: 'odata.include-annotations="*"' }],
  ])('66. the annotated document (%s) says which sets track changes', async (query, headers) => {
    const document = parse((await get(`$metadata${query}`, headers as Record<string, string>)).text);
    const tracked = (name: string) => {
      const set = all(document, 'EntitySet').find(({ attributes }) => attributes['Name'] === name);
      const term = all(set ?? document, 'Annotation').find(
        ({ attributes }) => attributes['Term'] === 'Org.OData.Capabilities.V1.ChangeTracking',
      );
      return all(term ?? document, 'PropertyValue')[0]?.attributes['Bool'];
    };
    expect([tracked('accounts'), tracked('roles')]).toEqual(['true', 'false']);
    expect(
      all(document, 'Annotation').some(
        ({ attributes }) => attributes['Term'] === 'Org.OData.Core.V1.Description',
      ),
    ).toBe(true);
  });

  it('67. EntityDefinitions come all at once, with MetadataId always', async () => {
    const rows = await values('EntityDefinitions?$select=LogicalName');
    expect(rows.length).toBe(harness.simulator.control.tables().length);
    expect(rows.every((row) => Object.keys(row).join() === 'MetadataId,LogicalName')).toBe(true);
  });

  it('67. EntityDefinitions are counted when asked, after the filter', async () => {
    const counted = await get('EntityDefinitions?$select=LogicalName&$count=true');
    expect(counted.json['@odata.count']).toBe(harness.simulator.control.tables().length);
    const filtered = await get("EntityDefinitions?$count=true&$filter=LogicalName eq 'account'");
    expect(filtered.json['@odata.count']).toBe(1);
  });

  it.each(['$top=1', '$skip=1', '$orderby=LogicalName'])(
    '67. EntityDefinitions?%s is refused',
    async (option) => {
      const answer = await get(`EntityDefinitions?${option}`);
      expect([answer.status, answer.json.error.code, answer.json.error.message]).toEqual([
        400,
        '0x80060888',
        `The query parameter ${option.split('=')[0]} is not supported`,
      ]);
    },
  );

  it('67. functions in a metadata filter are not implemented', async () => {
    const answer = await get("EntityDefinitions?$filter=startswith(LogicalName,'acc')");
    expect([answer.status, answer.json.error]).toEqual([
      501,
      { code: '0x8006088a', message: 'The "startswith" function isn\'t supported for Metadata Entities.' },
    ]);
  });

  it('67. metadata filters take enums, managed properties and booleans', async () => {
    const names = async (filter: string) =>
      (await values(`EntityDefinitions?$select=LogicalName&$filter=${encodeURIComponent(filter)}`)).map(
        (row) => row['LogicalName'],
      );
    expect(await names("OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'")).toContain(
      'account',
    );
    expect(await names("OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'")).not.toContain(
      'systemuser',
    );
    expect(await names('IsIntersect eq true')).toEqual(['teammembership', 'systemuserroles']);
    expect((await names('CanCreateAttributes/Value eq true')).length).toBeGreaterThan(20);
    expect(await names("LogicalName eq 'account' or LogicalName eq 'contact'")).toEqual([
      'account',
      'contact',
    ]);
  });

  it('68. rows of the uncast collection name their type, those of a cast do not, options of derived kind do', async () => {
    const root = "EntityDefinitions(LogicalName='contact')/Attributes";
    const uncast = await get(`${root}?$select=LogicalName,AttributeTypeName`);
    expect(uncast.json['@odata.context']).toMatch(
      /#EntityDefinitions\('contact'\)\/Attributes\(LogicalName,AttributeTypeName\)$/,
    );
    const state = uncast.json.value.find((row: Json) => row['LogicalName'] === 'statecode');
    expect(state['@odata.type']).toBe('#Microsoft.Dynamics.CRM.StateAttributeMetadata');
    const cast = `${root}/Microsoft.Dynamics.CRM.StatusAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)`;
    const { json } = await get(cast);
    expect(json['@odata.context']).toMatch(/StatusAttributeMetadata\(LogicalName,OptionSet\(Options\)\)$/);
    const [status] = json.value;
    expect(Object.keys(status)).toEqual(['MetadataId', 'LogicalName', 'OptionSet']);
    const [option] = status.OptionSet.Options;
    expect(option['@odata.type']).toBe('#Microsoft.Dynamics.CRM.StatusOptionMetadata');
    expect(option).toMatchObject({ Value: 1, State: 0, TransitionData: null });
    expect(Object.keys(option.Label.LocalizedLabels[0])).toEqual([
      'Label',
      'LanguageCode',
      'IsManaged',
      'MetadataId',
      'HasChanged',
    ]);
    expect(option.Label.UserLocalizedLabel).toEqual(option.Label.LocalizedLabels[0]);
    expect(option.Description).toEqual({ LocalizedLabels: [], UserLocalizedLabel: null });
  });

  it.each([
    ['String', 'fullname', { MaxLength: 160 }],
    ['DateTime', 'birthdate', { DateTimeBehavior: { Value: 'DateOnly' } }],
    ['DateTime', 'new_callbackat', { DateTimeBehavior: { Value: 'TimeZoneIndependent' } }],
    ['Lookup', 'parentcustomerid', { Targets: ['account', 'contact'] }],
    ['Lookup', 'ownerid', { Targets: ['systemuser', 'team'] }],
    ['Money', 'creditlimit', { Precision: 2 }],
    ['Decimal', 'exchangerate', { Precision: 10 }],
  ])('68. %sAttributeMetadata of %s has its own members', async (kind, name, members) => {
    const rows = await values(
      `EntityDefinitions(LogicalName='contact')/Attributes/Microsoft.Dynamics.CRM.${kind}AttributeMetadata?$select=LogicalName,${Object.keys(members).join(',')}`,
    );
    expect(rows.find((row) => row['LogicalName'] === name)).toMatchObject(members);
  });

  it('68. members of derived types cannot be selected without a cast', async () => {
    const answer = await get("EntityDefinitions(LogicalName='contact')/Attributes?$select=MaxLength");
    expect(answer.json.error.message).toBe(
      "Could not find a property named 'MaxLength' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'.",
    );
    const expanded = await get(
      "EntityDefinitions(LogicalName='contact')?$select=LogicalName&$expand=Attributes($select=LogicalName,AttributeType)",
    );
    expect(expanded.json.Attributes.length).toBeGreaterThan(150);
  });

  it('68. RetrieveMetadataChanges gives chosen members of any type', async () => {
    const query = {
      Properties: { AllProperties: false, PropertyNames: ['LogicalName', 'Attributes'] },
      Criteria: {
        FilterOperator: 'Or',
        Conditions: [
          {
            ConditionOperator: 'Equals',
            PropertyName: 'LogicalName',
            Value: { Type: 'System.String', Value: 'contact' },
          },
        ],
      },
      AttributeQuery: {
        Properties: { AllProperties: false, PropertyNames: ['LogicalName', 'Targets'] },
        Criteria: {
          FilterOperator: 'Or',
          Conditions: [
            {
              ConditionOperator: 'Equals',
              PropertyName: 'AttributeType',
              Value: { Type: 'x', Value: 'Customer' },
            },
          ],
        },
      },
    };
    const { json } = await get(
      `RetrieveMetadataChanges(Query=@p1)?@p1=${encodeURIComponent(JSON.stringify(query))}`,
    );
    expect(json.EntityMetadata).toHaveLength(1);
    expect(json.EntityMetadata[0].Attributes).toEqual([
      expect.objectContaining({ LogicalName: 'parentcustomerid', Targets: ['account', 'contact'] }),
    ]);
  });

  it('69. global choices have definitions of their own; stringmaps lists all labels in pages', async () => {
    const sets = await values('GlobalOptionSetDefinitions?$select=Name');
    expect(sets.map((row) => row['Name'])).toContain('budgetstatus');
    const one = (await get("GlobalOptionSetDefinitions(Name='budgetstatus')")).json;
    expect(one.Options.map((option: { Value: number }) => option.Value)).toEqual([0, 1, 2, 3]);
    const url =
      "stringmaps?$select=attributename,attributevalue,value,objecttypecode&$filter=objecttypecode eq 'contact' and attributename eq 'familystatuscode'&$orderby=attributevalue";
    const first = (await get(url, { prefer: 'odata.maxpagesize=3' })).json;
    const next = (await get(first['@odata.nextLink'], { prefer: 'odata.maxpagesize=3' })).json;
    expect([...first.value, ...next.value].map((row: Json) => [row['attributevalue'], row['value']])).toEqual(
      [
        [1, 'Single'],
        [2, 'Married'],
        [3, 'Divorced'],
        [4, 'Widowed'],
      ],
    );
  });

  it('70. columns that are no OData properties are listed, and refused in $select', async () => {
    const rows = await values(
      "EntityDefinitions(LogicalName='contact')/Attributes?$select=LogicalName,IsValidODataAttribute,AttributeOf&$filter=IsValidODataAttribute eq false",
    );
    const name = rows.find((row) => row['LogicalName'] === 'familystatuscodename');
    expect(name?.['AttributeOf']).toBe('familystatuscode');
    expect((await get('contacts?$select=familystatuscodename')).status).toBe(400);
  });

  it('71. tables of a missing module do not exist anywhere', async () => {
    const simulator = await startSimulator({ rows: { '*': 5 }, without: ['sales', 'marketing'] });
    const client = await plainClient(simulator.ready);
    const sets = (await client.get('')).json.value.map((each: { name: string }) => each.name);
    const metadata = (await client.get('$metadata')).text;
    const rows = await client.get('leads');
    const definition = await client.get("EntityDefinitions(LogicalName='lead')");
    const columns = (await client.get('accounts?$top=1')).json.value[0];
    await client.close();
    await simulator.close();
    expect(sets).not.toContain('leads');
    expect(sets).toContain('products');
    expect(metadata).not.toContain('"leads"');
    expect([rows.status, rows.json.error]).toEqual([
      404,
      { code: '0x8006088a', message: "Resource not found for the segment 'leads'." },
    ]);
    expect([definition.status, definition.json.error.code]).toEqual([404, '0x80041102']);
    expect(definition.json.error.message).toMatch(
      /^The entity with a name = 'lead' with namemapping = 'Logical' was not found in the MetadataCache\./,
    );
    expect(columns).not.toHaveProperty('_originatingleadid_value');
  });

  it.each(['calendarrules', 'complexcontrols'])(
    '72. %s stands in $metadata and refuses to be read',
    async (set) => {
      expect((await get('$metadata')).text).toContain(`<EntitySet Name="${set}"`);
      const answer = await get(`${set}?$top=1`);
      expect(answer.status).toBe(400);
      expect(answer.json.error.message).toBe(
        `The 'RetrieveMultiple' method does not support entities of type '${set.slice(0, -1)}'. MessageProcessorCache returned MessageProcessor.Empty.`,
      );
    },
  );

  it('73. set names cannot be derived', async () => {
    const rows = await values('EntityDefinitions?$select=LogicalName,EntitySetName');
    const names = Object.fromEntries(rows.map((row) => [row['LogicalName'], row['EntitySetName']]));
    expect(names).toMatchObject({
      opportunity: 'opportunities',
      territory: 'territories',
      transactioncurrency: 'transactioncurrencies',
      activityparty: 'activityparties',
      mailbox: 'mailboxes',
      systemuserroles: 'systemuserrolescollection',
      new_project: 'new_allprojects',
    });
    expect((await get('new_allprojects?$top=1')).status).toBe(200);
  });

  it('74. the schema may change while it is read', async () => {
    const { control } = harness.simulator;
    const prefer = 'odata.include-annotations="*",odata.maxpagesize=5';
    const first = (await get('contacts?$select=fullname,nickname', { prefer })).json;
    const delta = (await get('contacts?$select=fullname', { prefer: 'odata.track-changes' })).json[
      '@odata.deltaLink'
    ];
    control.addColumn('contact', {
      name: 'new_Color',
      type: 'choice',
      options: [{ value: 1, label: 'Red' }],
      filled: 1,
    });
    control.addOption('contact', 'new_color', { value: 2, label: 'Blue' });
    const added = await get('contacts?$select=new_color&$top=1');
    expect(added.json.value[0].new_color).toBe(1);
    const options = await values(
      "EntityDefinitions(LogicalName='contact')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)&$filter=LogicalName eq 'new_color'",
    );
    expect(options[0]).toMatchObject({ OptionSet: { Options: [{ Value: 1 }, { Value: 2 }] } });
    control.dropColumn('contact', 'nickname');
    const next = await get(first['@odata.nextLink'], { prefer });
    expect([next.status, next.json.error.message]).toEqual([
      400,
      "Could not find a property named 'nickname' on type 'Microsoft.Dynamics.CRM.contact'.",
    ]);
    const whole = (await get('contacts?$select=fullname', { prefer })).json;
    expect(whole['@Microsoft.Dynamics.CRM.globalmetadataversion']).not.toBe(
      first['@Microsoft.Dynamics.CRM.globalmetadataversion'],
    );
    expect((await get(delta)).json.error.code).toBe('0x80044352');
  });
});
