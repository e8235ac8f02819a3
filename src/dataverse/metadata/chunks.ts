import type { EntityType } from './csdl.ts';
import type { Outline } from './tables.ts';

/**
 * Tables asked for in one request. The filter names each (`LogicalName eq 'a' or …`), and OData services refuse filters of
 * more than 100 nodes, four a table.
 */
const tablesAtOnce = 20;
/** Properties of the tables asked for in one request: bounds the body, about 1 kB an attribute in each language. */
const propertiesAtOnce = 2500;
/** The tables in chunks that one request may ask for. */
export function* chunksOf(outlines: readonly Outline[]): Generator<Outline[]> {
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

/** True where only the details of attributes can tell what a column is. */
export function isUnclear({ chain }: Outline): boolean {
  return hasUnclearDates(chain) || hasUnclearLookups(chain);
}

/** The date-times that every table has are moments; only others are worth a question. */
const moments = new Set(['createdon', 'modifiedon', 'overriddencreatedon']);

function hasUnclearDates(chain: readonly EntityType[]): boolean {
  return chain.some((type) =>
    type.edmTypes.some(
      (edm, index) => edm === 'Edm.DateTimeOffset' && !moments.has(type.properties[index] ?? ''),
    ),
  );
}

/** Lookups that no navigation property explains: to tables that are not in `$metadata`, or to any table. */
function hasUnclearLookups(chain: readonly EntityType[]): boolean {
  const names = chain.flatMap((type) => type.properties).filter((name) => /^_.*_value$/.test(name));
  return names.some((name) => !chain.some((type) => type.lookups.has(name)));
}
