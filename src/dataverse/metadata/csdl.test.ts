import { describe, expect, test } from 'vitest';
import { csdlOf } from './csdl.testing.ts';
import { parseCsdl } from './csdl.ts';

/** The document in pieces of `size` bytes, so that names, entities and characters are cut anywhere. */
async function* pieces(document: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(document);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const parse = (document: string, size = 65_536) => parseCsdl(pieces(document, size));

const document = csdlOf(
  `<ComplexType Name="Address"><Property Name="street" Type="Edm.String"/></ComplexType>
   <EntityType Name="crmbaseentity" Abstract="true"/>
   <EntityType Name="account" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="accountid"/></Key>
     <Property Name="accountid" Type="Edm.Guid"><Annotation Term="Org.OData.Core.V1.Description" String="Naïve &amp; 多"/></Property>
     <Property Name="name" Type="Edm.String" Unicode="false"/>
     <Property Name="_customerid_value" Type="Edm.Guid"/>
     <NavigationProperty Name="contacts" Type="Collection(mscrm.contact)" Partner="x"/>
     <NavigationProperty Name="customerid_account" Type="mscrm.account" Nullable="false"><ReferentialConstraint Property="_customerid_value" ReferencedProperty="accountid"/></NavigationProperty>
     <NavigationProperty Name="customerid_contact" Type="Microsoft.Dynamics.CRM.contact" Nullable="false"><ReferentialConstraint Property="_customerid_value" ReferencedProperty="contactid"/></NavigationProperty>
   </EntityType>
   <Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse"/></Function>`,
  `<EntitySet Name="accounts" EntityType="Microsoft.Dynamics.CRM.account">
     <NavigationPropertyBinding Path="ownerid" Target="owners"/>
     <Annotation Term="Org.OData.Capabilities.V1.CountRestrictions"><Record><PropertyValue Property="Supported" Bool="false"/></Record></Annotation>
     <Annotation Term="Org.OData.Capabilities.V1.ChangeTracking"><Record><PropertyValue Property="Supported" Bool="true"/></Record></Annotation>
   </EntitySet>
   <EntitySet Name="leads" EntityType="Microsoft.Dynamics.CRM.lead"/>`,
);

describe('parseCsdl', () => {
  test.each([1, 7, 65_536])(
    'finds types, keys, properties and lookups in pieces of %i bytes',
    async (size) => {
      const { types } = await parse(document, size);
      expect(types.get('account')).toEqual({
        name: 'account',
        base: 'crmbaseentity',
        abstract: false,
        key: ['accountid'],
        properties: ['accountid', 'name', '_customerid_value'],
        edmTypes: ['Edm.Guid', 'Edm.String', 'Edm.Guid'],
        lookups: new Map([['_customerid_value', ['account', 'contact']]]),
      });
      expect(types.get('crmbaseentity')?.abstract).toBe(true);
    },
  );

  test('gives properties of complex types to nobody', async () => {
    const { types } = await parse(document);
    expect([...types.keys()]).toEqual(['crmbaseentity', 'account']);
    expect([...types.values()].flatMap((type) => type.properties)).not.toContain('street');
  });

  test('lists entity sets, with change tracking where it is annotated', async () => {
    const { sets } = await parse(document);
    expect(sets).toEqual([
      { name: 'accounts', type: 'account', changeTracking: true },
      { name: 'leads', type: 'lead', changeTracking: undefined },
    ]);
  });

  test('skips a byte order mark', async () => {
    expect((await parse(`\uFEFF${document}`)).sets).toHaveLength(2);
  });

  test.each([
    ['is cut off in a tag', document.slice(0, 500)],
    ['is cut off between tags', document.slice(0, document.indexOf('<EntityType Name="account"'))],
    ['is not well-formed', document.replace('</Key>', '</Kee>')],
    ['repeats an attribute', document.replace('Abstract="true"', 'Abstract="true" Abstract="true"')],
    ['is an HTML page', '<html><body>Service unavailable<br></body></html>'],
    ['is JSON', '{"error":{"code":"0x0"}}'],
    ['is empty', ''],
  ])('refuses a document that %s, and says where', async (_, broken) => {
    await expect(parse(broken)).rejects.toMatchObject({
      kind: 'protocol',
      message: expect.stringMatching(/malformed or truncated at character \d+/),
    });
  });

  test('refuses bytes that are not UTF-8', async () => {
    const broken = Buffer.concat([Buffer.from(document.slice(0, 400)), Buffer.from([0xff, 0xfe])]);
    await expect(
      parseCsdl(
        (async function* () {
          yield broken;
        })(),
      ),
    ).rejects.toMatchObject({ kind: 'protocol' });
  });

  test('refuses a document without entity sets', async () => {
    await expect(parse('<a/>')).rejects.toMatchObject({
      kind: 'protocol',
      message: expect.stringContaining('no entity sets'),
    });
  });

  test('lets an error of the connection through', async () => {
    const lost = new Error('socket hang up');
    // biome-ignore lint/correctness/useYield: it fails before the first chunk
    const broken = async function* (): AsyncGenerator<Buffer> {
      throw lost;
    };
    await expect(parseCsdl(broken())).rejects.toBe(lost);
  });
});
