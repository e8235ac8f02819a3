import { badQuery } from '../errors.ts';
import type { Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { propertyOf, unknownProperty } from './properties.ts';

export type Method = 'count' | 'sum' | 'average' | 'min' | 'max' | 'countdistinct';

/** `revenue with sum as total`, `$count as n`. */
export interface Aggregate {
  readonly column: string | undefined;
  readonly method: Method;
  readonly alias: string;
}

/** What `$apply` asks for. */
export interface Apply {
  readonly filter: string | undefined;
  readonly groupBy: readonly string[];
  readonly aggregates: readonly Aggregate[];
}

const methods: readonly string[] = ['sum', 'average', 'min', 'max', 'countdistinct'];
const isMethod = (text: string): text is Method => methods.includes(text);

/**
 * Parses `[filter(...)/](aggregate(...)|groupby((a,b)[,aggregate(...)]))`.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/aggregate-data
 */
export function parseApply(world: World, table: Table, text: string): Apply {
  const filtered = /^filter\((.*?)\)\/(aggregate|groupby)(\(.*\))$/s.exec(text);
  const rest = filtered === null ? text : `${filtered[2]}${filtered[3]}`;
  const known = (name: string): string => {
    if (propertyOf(table, name) === undefined) throw unknownProperty(world, name, table);
    return name;
  };
  const group = /^groupby\(\(([^()]*)\)(?:,\s*aggregate\((.*)\))?\)$/s.exec(rest);
  const single = /^aggregate\((.*)\)$/s.exec(rest);
  if (group === null && single === null) throw badQuery(`Syntax error at position 0 in '${text}'.`);
  return {
    filter: filtered?.[1],
    groupBy: (group?.[1] ?? '')
      .split(',')
      .flatMap((name) => (name.trim() === '' ? [] : [known(name.trim())])),
    aggregates: (group?.[2] ?? single?.[1] ?? '')
      .split(',')
      .flatMap((part) => (part.trim() === '' ? [] : [parseAggregate(part.trim(), known)])),
  };
}

function parseAggregate(text: string, known: (name: string) => string): Aggregate {
  const count = /^\$count as (\w+)$/.exec(text);
  if (count !== null) return { column: undefined, method: 'count', alias: count[1] ?? '' };
  const [, column = '', method = '', alias = ''] = /^(\w+) with (\w+) as (\w+)$/.exec(text) ?? [];
  if (!isMethod(method)) throw badQuery(`Syntax error at position 0 in '${text}'.`);
  return { column: known(column), method, alias };
}
