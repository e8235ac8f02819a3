// Serves the metadata of a made-up organisation over plain HTTP on 127.0.0.1, each answer 50 ms late, gzipped as the real
// service does. Forked by bench/discovery.mjs, so that its memory is not counted; sends its port to the parent.
import { createServer } from 'node:http';
import { setTimeout as later } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { csdlOf, organisation } from './organisation.mjs';

const latency = 50;
const tables = organisation(JSON.parse(process.argv[2] ?? '{}'));
const byName = new Map(tables.map((table) => [table.name, table]));

const label = (text) => {
  const localized = {
    Label: text,
    LanguageCode: 1033,
    IsManaged: true,
    MetadataId: '2a4901bf-2241-db11-898a-0007e9e17ebd',
    HasChanged: null,
  };
  return { LocalizedLabels: [localized], UserLocalizedLabel: localized };
};

const definition = ({ name }) => ({
  LogicalName: name,
  PrimaryIdAttribute: `${name}id`,
  ChangeTrackingEnabled: true,
  TableType: 'Standard',
  DataProviderId: null,
  IsIntersect: false,
  IsPrivate: false,
  IsCustomEntity: true,
  DisplayName: label(name),
  MetadataId: '70816501-edb9-4740-a16c-6a5efbc05d84',
});

const attribute = ({ name, type }) => ({
  '@odata.type': `#Microsoft.Dynamics.CRM.${type.slice(0, -4)}AttributeMetadata`,
  LogicalName: name,
  AttributeTypeName: { Value: type },
  IsValidODataAttribute: true,
  DisplayName: label(`Label of ${name}`),
  MetadataId: '97fb4aae-ea5d-427f-9b2b-9a6b9754286e',
});

const detail = ({ name, type }) => ({
  LogicalName: name,
  MetadataId: '97fb4aae-ea5d-427f-9b2b-9a6b9754286e',
  HasChanged: null,
  ...(type === 'DateTimeType' && {
    DateTimeBehavior: { Value: name.endsWith('3') ? 'TimeZoneIndependent' : 'UserLocal' },
  }),
  ...(type === 'LookupType' && { Targets: ['account'] }),
});

function answer(url) {
  if (url.includes('$expand=Attributes')) {
    const names = [...url.matchAll(/LogicalName eq '(\w+)'/g)].map((match) => match[1]);
    const found = names.map((name) => byName.get(name));
    return {
      value: found.map(({ name, attributes }) => ({
        LogicalName: name,
        Attributes: attributes.map(attribute),
      })),
    };
  }
  if (url.includes('EntityDefinitions')) return { value: tables.map(definition) };
  const conditions = JSON.parse(url.slice(url.indexOf('@p1={') + 4)).Criteria.Conditions;
  const details = ({ name, attributes }) => ({
    LogicalName: name,
    Attributes: attributes.filter(({ type }) => type === 'DateTimeType' || type === 'LookupType').map(detail),
  });
  return { EntityMetadata: conditions.map(({ Value }) => details(byName.get(Value.Value))) };
}

const server = createServer(async (request, response) => {
  await later(latency);
  response.setHeader('content-encoding', 'gzip');
  const url = decodeURIComponent(request.url ?? '');
  if (!url.endsWith('$metadata')) {
    response.end(gzipSync(JSON.stringify(answer(url)), { level: 1 }));
    return;
  }
  const gzip = createGzip({ level: 1 });
  gzip.pipe(response);
  for (const piece of csdlOf(tables))
    if (!gzip.write(piece)) await new Promise((resume) => gzip.once('drain', resume));
  gzip.end();
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
