import type { Log } from '../../core/log.ts';
import type { Client } from '../types.ts';
import { behaviorReader, type NaiveColumns } from './behaviors.ts';
import { columnsOf } from './columns.ts';
import { type Csdl, parseCsdl } from './csdl.ts';
import {
  type Attributes,
  attributeDefinitions,
  isRefusal,
  type TableDefinition,
  tableDefinitions,
} from './definitions.ts';
import { inParallel } from './in-parallel.ts';
import { type Outline, outlinesOf } from './tables.ts';
import type { ExcludedTable, Table } from './types.ts';
import { type Wanted, wantOf } from './wanted.ts';

/** What discovery found. A wanted table that the environment does not have is in neither list. */
export interface Discovery {
  readonly tables: readonly Table[];
  readonly excluded: readonly ExcludedTable[];
}

/**
 * Tables asked for in one request. The filter names each (`LogicalName eq 'a' or …`), and OData services refuse filters of
 * more than 100 nodes, four a table.
 */
const tablesAtOnce = 20;
/** Properties of the tables asked for in one request: bounds the body, about 1 kB an attribute in each language. */
const propertiesAtOnce = 2500;
/** Requests under way at the same time: bounds memory. The client has its own, usually wider, limits. */
const width = 6;

/**
 * Describes the wanted tables of the environment: one streaming pass over `$metadata`, one request for the definitions of
 * tables, then attributes in chunks of tables. Either everything that is wanted and readable is in the result, or it throws.
 *
 * @throws ConnectorError as the client does, and `protocol` for an answer that cannot be read.
 */
export async function discover(client: Client, wanted: Wanted, log: Log): Promise<Discovery> {
  const [csdl, definitions] = await Promise.all([readCsdl(client), readDefinitions(client, log)]);
  const want = wantOf(wanted);
  const { outlines, excluded } = outlinesOf(csdl, definitions, want);
  for (const { setName, reason } of excluded) log.log('debug', `${setName} is left out: ${reason}.`);
  for (const pattern of want.unmatched())
    log.log('warn', `No table matches "${pattern}" of the setting "tables".`);
  const tables =
    definitions === undefined
      ? outlines.map((outline) => tableOf(csdl, outline, undefined, log))
      : await enrich(client, csdl, outlines, log);
  return { tables, excluded };
}

async function readCsdl(client: Client): Promise<Csdl> {
  return parseCsdl(await client.open({ url: '$metadata', stream: 'discovery', accept: 'application/xml' }));
}

/** Undefined, with a warning, where the user may not read EntityDefinitions: `$metadata` alone still gives usable streams. */
async function readDefinitions(
  client: Client,
  log: Log,
): Promise<ReadonlyMap<string, TableDefinition> | undefined> {
  try {
    return await tableDefinitions(client);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.log(
      'warn',
      'EntityDefinitions cannot be read, so choices, labels and time zone behaviour of columns are unknown; ' +
        'give the application user a role with read access to Entity and Attribute (for example Basic User).',
    );
    return undefined;
  }
}

/** Asks for the attributes of the tables, a chunk at a time, and keeps only the finished tables of each. */
async function enrich(client: Client, csdl: Csdl, outlines: readonly Outline[], log: Log): Promise<Table[]> {
  const readBehaviors = behaviorReader(client);
  let behaviorsKnown = true;
  const chunks = await inParallel(chunksOf(outlines), width, async (chunk) => {
    const ambiguous = chunk.filter(hasAmbiguousDates).map(logicalNameOf);
    const [attributes, naive] = await Promise.all([
      attributeDefinitions(client, chunk.map(logicalNameOf)),
      ambiguous.length === 0 ? new Map() : readBehaviors(ambiguous),
    ]);
    behaviorsKnown &&= naive !== undefined;
    return chunk.map((outline) => {
      const name = logicalNameOf(outline);
      return tableOf(csdl, outline, withBehaviors(attributes.get(name), naive, name), log);
    });
  });
  if (!behaviorsKnown)
    log.log('warn', 'The time zone behaviour of date-time columns cannot be read; all are taken to be UTC.');
  return chunks.flat();
}

function* chunked(outlines: readonly Outline[]): Generator<Outline[]> {
  let chunk: Outline[] = [];
  let properties = 0;
  for (const outline of outlines) {
    const more = outline.chain.reduce((sum, type) => sum + type.properties.length, 0);
    if (chunk.length === tablesAtOnce || (chunk.length > 0 && properties + more > propertiesAtOnce)) {
      yield chunk;
      chunk = [];
      properties = 0;
    }
    chunk.push(outline);
    properties += more;
  }
  if (chunk.length > 0) yield chunk;
}

function chunksOf(outlines: readonly Outline[]): readonly (readonly Outline[])[] {
  return [...chunked(outlines)];
}

/** The date-times that every table has are moments; only others are worth a question. */
const moments = new Set(['createdon', 'modifiedon', 'overriddencreatedon']);

function hasAmbiguousDates(outline: Outline): boolean {
  return outline.chain.some((type) =>
    type.edmTypes.some(
      (edm, index) => edm === 'Edm.DateTimeOffset' && !moments.has(type.properties[index] ?? ''),
    ),
  );
}

function logicalNameOf(outline: Outline): string {
  return outline.set.type;
}

function withBehaviors(
  attributes: Attributes | undefined,
  naive: NaiveColumns | undefined,
  table: string,
): Attributes | undefined {
  const names = naive?.get(table);
  if (attributes === undefined || names === undefined || names.size === 0) return attributes;
  return new Map(
    [...attributes].map(([name, attribute]) => [
      name,
      names.has(name) ? { ...attribute, naive: true } : attribute,
    ]),
  );
}

function tableOf(csdl: Csdl, outline: Outline, attributes: Attributes | undefined, log: Log): Table {
  const { set, key, kind, custom, definition } = outline;
  const { columns, leftOut } = columnsOf(csdl, outline.chain, attributes);
  for (const { name, reason } of leftOut)
    log.log('debug', `Column ${name} of ${set.name} is left out: ${reason}.`);
  return {
    logicalName: set.type,
    setName: set.name,
    key,
    kind,
    columns,
    changeTracking: definition?.changeTracking ?? set.changeTracking,
    custom,
    ...(definition?.displayName !== undefined && { displayName: definition.displayName }),
  };
}
