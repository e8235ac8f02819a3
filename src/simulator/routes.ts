import { countReply, countRows } from './answers/counts.ts';
import { answer, metadataLevel } from './answers/odata.ts';
import { pageOf, rowQuery } from './answers/page.ts';
import { parsePreferences } from './answers/preferences.ts';
import type { Read } from './answers/read.ts';
import { rowReply } from './answers/row.ts';
import { recordCounts } from './answers/totals.ts';
import { changeCount } from './answers/tracked.ts';
import { badQuery, refusal, unknownSegment } from './errors.ts';
import { acceptsGzip, header, type Reply, type Request } from './http.ts';
import { metadataChangesReply } from './metadata/changes.ts';
import { csdlOf } from './metadata/csdl.ts';
import { definitionsReply } from './metadata/routes.ts';
import { parseOptions, type QueryOptions } from './query/options.ts';
import type { World } from './world.ts';

/** Answers a Web API request that has passed all gates. */
export function route(world: World, request: Request): Reply | undefined {
  const match = /^\/api\/data\/(v9\.[0-2])(?:\/(.*))?$/.exec(request.path);
  if (match === null) return undefined;
  const base = `${request.origin}/api/data/${match[1]}/`;
  const path = decodePath(match[2] ?? '').replace(/\/$/, '');
  if (request.method !== 'GET') throw noResource(request);
  const options = parseOptions(request.query);
  if (path === '') return answer(serviceDocument(world, base));
  if (path === '$metadata') return metadataReply(world, request, options);
  if (path === 'WhoAmI' || path === 'WhoAmI()') return whoAmI(world, base);
  if (path === 'RetrieveVersion' || path === 'RetrieveVersion()') return version(base);
  if (path.startsWith('EntityDefinitions')) return definitionsReply(world, base, path, options);
  if (path.startsWith('RetrieveTotalRecordCount('))
    return recordCounts(world, base, parameter(path, 'EntityNames', options));
  if (path.startsWith('RetrieveMetadataChanges(')) {
    return metadataChangesReply(world, base, parameter(path, 'Query', options));
  }
  return setReply(world, request, base, path, options);
}

const noResource = (request: Request) =>
  refusal(
    404,
    '',
    `No HTTP resource was found that matches the request URI '${request.origin}${request.path}'.`,
  );

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badQuery('The request URI is not correctly encoded.');
  }
}

/** `accounts`, `accounts(<guid>)`, `accounts/$count`. */
function setReply(world: World, request: Request, base: string, path: string, options: QueryOptions): Reply {
  const match = /^(\w+)(?:\(([^()]*)\))?(?:\/(.+))?$/.exec(path);
  const [, set = '', key, rest] = match ?? [];
  const table = world.schema.bySet(set);
  const store = table === undefined ? undefined : world.store(table.logicalName);
  if (store === undefined)
    throw refusal(404, world.switches.unknownSetCode, `Resource not found for the segment '${set || path}'.`);
  if (table?.refusesReads) {
    throw refusal(
      400,
      '0x80040800',
      `The 'RetrieveMultiple' method does not support entities of type '${table.logicalName}'. MessageProcessorCache returned MessageProcessor.Empty.`,
    );
  }
  const read: Read = {
    store,
    base,
    path: set,
    options,
    preferences: parsePreferences(header(request, 'prefer')),
    metadata: metadataLevel(request),
    gzip: acceptsGzip(request),
  };
  if (key !== undefined) return rowReply(world, read, key, rest);
  if (rest === '$count') {
    const tracked = options.has('$deltatoken');
    return countReply(
      read,
      tracked ? changeCount(world, read) : countRows(world, rowQuery(world, read, undefined)),
    );
  }
  if (rest !== undefined) throw unknownSegment(rest);
  return pageOf(world, read);
}

/** A function's parameter, given in the path or by an alias (`EntityNames=@p1)?@p1=[...]`). */
function parameter(path: string, name: string, options: QueryOptions): string {
  const match = new RegExp(`\\(${name}=([\\s\\S]*)\\)$`).exec(path);
  const value = match?.[1] ?? '';
  const found = value.startsWith('@') ? options.get(value) : value;
  if (found === undefined || found === '') throw badQuery(`The parameter '${name}' is missing.`);
  return found;
}

const serviceDocument = (world: World, base: string): string =>
  JSON.stringify({
    '@odata.context': `${base}$metadata`,
    value: world.schema.tables().map(({ setName }) => ({ name: setName, kind: 'EntitySet', url: setName })),
  });

function metadataReply(world: World, request: Request, options: QueryOptions): Reply {
  const wanted = parsePreferences(header(request, 'prefer')).annotations === '*';
  const annotated = options.get('annotations') === 'true' || wanted;
  return { status: 200, headers: [['Content-Type', 'application/xml']], body: csdlOf(world, annotated) };
}

const whoAmI = (world: World, base: string): Reply =>
  answer(
    JSON.stringify({
      '@odata.context': `${base}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
      BusinessUnitId: world.businessUnitId,
      UserId: world.userId,
      OrganizationId: world.organizationId,
    }),
  );

const version = (base: string): Reply =>
  answer(
    JSON.stringify({
      '@odata.context': `${base}$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse`,
      Version: '9.2.24104.170',
    }),
  );
