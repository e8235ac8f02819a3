import { asConnectorError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Client } from '../types.ts';
import { attributesOf } from './attributes.ts';
import { chunksOf, isUnclear } from './chunks.ts';
import { columnsOf, type Knowledge } from './columns.ts';
import { type Csdl, parseCsdl } from './csdl.ts';
import { isRefusal, type TableDefinition, tableDefinitions } from './definitions.ts';
import { type Details, detailReader } from './details.ts';
import { inParallel } from './in-parallel.ts';
import { type Outline, outlinesOf } from './tables.ts';
import type { ExcludedTable, Table } from './types.ts';
import { type Wanted, wantOf } from './wanted.ts';

/** What discovery found. A wanted table that the environment does not have is in neither list. */
export interface Discovery {
  readonly tables: readonly Table[];
  readonly excluded: readonly ExcludedTable[];
}

/** Requests under way at the same time: bounds memory. The client has its own, usually wider, limits. */
const width = 6;

/**
 * Describes the wanted tables of the environment: one streaming pass over `$metadata`, one request for the definitions of
 * tables, then attributes in chunks of tables. Either everything that is wanted and readable is in the result, or it throws.
 * `found` is told the names of the tables that can be counted as soon as they are known.
 *
 * @throws ConnectorError as the client does, and `protocol` for an answer that cannot be read.
 */
export async function discover(
  client: Client,
  wanted: Wanted,
  log: Log,
  found: (logicalNames: readonly string[]) => void = () => {},
): Promise<Discovery> {
  const [csdl, definitions] = await Promise.all([readCsdl(client), readDefinitions(client, log)]);
  const want = wantOf(wanted);
  const { outlines, excluded } = outlinesOf(csdl, definitions, want);
  for (const { setName, reason } of excluded) log.log('debug', `${setName} is left out: ${reason}.`);
  for (const pattern of want.unmatched())
    log.log('warn', `No table matches "${pattern}" of the setting "tables".`);
  found(outlines.filter(({ kind }) => kind !== 'virtual').map(tableName));
  const tables =
    definitions === undefined
      ? outlines.map((outline) => tableOf(csdl, outline, unknown, log))
      : await enrich(client, csdl, outlines, log);
  return { tables, excluded };
}

const withoutAttributes =
  'EntityDefinitions cannot be read, so choices, labels and time zone behaviour of columns are unknown; ' +
  'give the application user a role with read access to Entity and Attribute (for example Basic User).';

const unknown: Knowledge = { attributes: undefined, details: undefined };

function readCsdl(client: Client): Promise<Csdl> {
  return client.stream({ url: '$metadata', stream: 'discovery', accept: 'application/xml' }, parseCsdl);
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
    log.log('warn', withoutAttributes);
    log.log('info', asConnectorError(error).message);
    return undefined;
  }
}

/** Asks for the attributes of the tables, a chunk at a time, and keeps only the finished tables of each. */
async function enrich(client: Client, csdl: Csdl, outlines: readonly Outline[], log: Log): Promise<Table[]> {
  const readDetails = detailReader(client);
  const told = { attributes: true, details: true };
  const chunks = await inParallel([...chunksOf(outlines)], width, async (chunk) => {
    const unclear = chunk.filter(isUnclear);
    const [attributes, details] = await Promise.all([
      attributesOf(client, chunk.map(tableName)),
      unclear.length === 0 ? nothing : readDetails(unclear.map(tableName)),
    ]);
    told.attributes &&= attributes !== undefined;
    told.details &&= details !== undefined;
    return chunk.map((outline) => {
      const name = tableName(outline);
      const known = { attributes: attributes?.get(name), details: details?.get(name) };
      if (attributes !== undefined && known.attributes === undefined)
        log.log(
          'warn',
          `The server does not tell the attributes of ${name}; its choices and labels are unknown.`,
        );
      return tableOf(csdl, outline, known, log);
    });
  });
  if (!told.attributes) log.log('warn', withoutAttributes);
  if (!told.details)
    log.log('warn', 'The time zone behaviour of date-time columns cannot be read; all are taken to be UTC.');
  return chunks.flat();
}

const nothing: Details = new Map();

function tableName({ set }: Outline): string {
  return set.type;
}

function tableOf(csdl: Csdl, outline: Outline, known: Knowledge, log: Log): Table {
  const { set, key, kind, custom, definition } = outline;
  const { columns, leftOut } = columnsOf(csdl, outline.chain, known);
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
