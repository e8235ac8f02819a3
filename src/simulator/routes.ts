import { countReply, countRows } from './answers/counts.ts';
import { answer, asksNumbersAsText, metadataLevel } from './answers/odata.ts';
import { pageOf, rowQuery } from './answers/page.ts';
import { parsePreferences } from './answers/preferences.ts';
import type { Read } from './answers/read.ts';
import { rowReply } from './answers/row.ts';
import { recordCounts } from './answers/totals.ts';
import { changeCount } from './answers/tracked.ts';
import { badQuery, refusal, unknownRow, unknownSegment } from './errors.ts';
import { acceptsGzip, header, type Reply, type Request } from './http.ts';
import { metadataChangesReply } from './metadata/changes.ts';
import { csdlOf } from './metadata/csdl.ts';
import { definitionsReply, globalOptionsReply } from './metadata/routes.ts';
import { parseOptions, type QueryOptions } from './query/options.ts';
import { privilegesOf, type User, visibleStore } from './users.ts';
import type { World } from './world.ts';

/** Answers a Web API request that has passed all gates. */
export function route(world: World, request: Request, user: User): Reply | undefined {
  const match = /^\/api\/data\/(v9\.[0-2])(?:\/(.*))?$/.exec(request.path);
  if (match === null) return undefined;
  const base = `${linkOrigin(world, request)}/api/data/${match[1]}/`;
  const path = decodePath(match[2] ?? '').replace(/\/$/, '');
  if (request.method !== 'GET') throw noResource(request);
  const options = parseOptions(request.query);
  if (path === '') return answer(serviceDocument(world, base));
  if (path === '$metadata') return metadataReply(world, request, options);
  if (path === 'WhoAmI' || path === 'WhoAmI()') return whoAmI(world, base, user);
  if (path === 'RetrieveVersion' || path === 'RetrieveVersion()') return version(base);
  const privileges =
    /^systemusers\(([^)]+)\)\/Microsoft\.Dynamics\.CRM\.RetrieveUserPrivileges(?:\(\))?$/.exec(path);
  if (privileges !== null) return userPrivileges(world, base, user, privileges[1] ?? '');
  if (path.startsWith('GlobalOptionSetDefinitions')) return globalOptionsReply(world, base, path, options);
  if (path === 'ManagedPropertyDefinitions' || path === 'RelationshipDefinitions')
    return answer(JSON.stringify({ '@odata.context': `${base}$metadata#${path}`, value: [] }));
  if (path.startsWith('EntityDefinitions')) return definitionsReply(world, base, path, options);
  if (path.startsWith('RetrieveTotalRecordCount('))
    return recordCounts(world, base, parameter(path, 'EntityNames', options));
  if (path.startsWith('RetrieveMetadataChanges(')) {
    return metadataChangesReply(world, base, parameter(path, 'Query', options));
  }
  return setReply(world, { request, user, base, path, options });
}

/** By switch, links name the twin of the host that the API also answers on: `org.crm` -> `org.api.crm`. */
const linkOrigin = (world: World, { origin }: Request): string =>
  world.switches.apiHostInLinks
    ? origin.replace(/^(https:\/\/[^.:/]*[a-z][^.:/]*)\.(?!api\.)/, '$1.api.')
    : origin;

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
function setReply(
  world: World,
  {
    request,
    user,
    base,
    path,
    options,
  }: {
    readonly request: Request;
    readonly user: User;
    readonly base: string;
    readonly path: string;
    readonly options: QueryOptions;
  },
): Reply {
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
    user,
    store: visibleStore(world, user, store),
    base,
    path: set,
    options,
    preferences: parsePreferences(header(request, 'prefer')),
    metadata: metadataLevel(request),
    gzip: acceptsGzip(request),
    numbersAsText: world.switches.ieee754Compatible === 'honoured' && asksNumbersAsText(request),
  };
  if (key !== undefined) return rowReply(world, read, key, rest);
  if (rest === '$count') {
    const tracked = options.has('$deltatoken');
    return countReply(
      world,
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
  return {
    status: 200,
    headers: [['Content-Type', 'application/xml']],
    body: world.givenCsdl(annotated) ?? csdlOf(world, annotated),
  };
}

const whoAmI = (world: World, base: string, user: User): Reply =>
  answer(
    JSON.stringify({
      '@odata.context': `${base}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
      BusinessUnitId: user.businessUnitId,
      UserId: user.userId,
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

function userPrivileges(world: World, base: string, user: User, id: string): Reply {
  if (id.toLowerCase() !== user.userId) throw unknownRow('systemuser', id);
  return answer(
    JSON.stringify({
      '@odata.context': `${base}$metadata#Microsoft.Dynamics.CRM.RetrieveUserPrivilegesResponse`,
      RolePrivileges: privilegesOf(world, user),
    }),
  );
}
