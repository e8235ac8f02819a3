import { refusal } from '../errors.ts';
import type { Reply } from '../http.ts';
import { type Aggregate, parseApply } from '../query/apply.ts';
import { compile } from '../query/evaluate.ts';
import { parseFilter } from '../query/filter.ts';
import { propertyOf } from '../query/properties.ts';
import type { Row } from '../rows/generated.ts';
import { isReference, type Value } from '../rows/values.ts';
import type { Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { answer } from './odata.ts';
import type { Read } from './read.ts';
import { jsonOf } from './values.ts';

/** Rows over which the service aggregates at most. */
const mostRows = 50_000;

/** Answers `$apply`; the service does not page its groups beyond the row limit either. */
export function aggregateReply(world: World, read: Read): Reply {
  const { store, options } = read;
  const { table } = store;
  const apply = parseApply(world, table, options.get('$apply') ?? '');
  const tests = [apply.filter, options.get('$filter')].flatMap((text) =>
    text === undefined ? [] : [compile(world, parseFilter(world, table, text, options))],
  );
  const groups = new Map<string, Row[]>();
  if (apply.groupBy.length === 0) groups.set('', []);
  let count = 0;
  for (const row of store.walk('key')) {
    if (!tests.every((test) => test(row) === true)) continue;
    if (++count > mostRows) {
      throw refusal(400, '0x8004e023', 'The maximum record limit is exceeded. Reduce the number of records.');
    }
    const name = apply.groupBy.map((column) => textOf(row.value(column))).join('\n');
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  const rows = [...groups.values()].map((group) => {
    const keys = apply.groupBy.map((name) => `"${name}":${json(table, name, group[0]?.value(name) ?? null)}`);
    return `{${[...keys, ...apply.aggregates.map((each) => `"${each.alias}":${result(table, each, group)}`)].join(',')}}`;
  });
  const names = [...apply.groupBy, ...apply.aggregates.map((each) => each.alias)].join(',');
  const context = `"@odata.context":"${read.base}$metadata#${table.setName}(${names})"`;
  return answer(`{${context},"value":[${rows.join(',')}]}`, read.metadata);
}

const textOf = (value: Value): string => (isReference(value) ? value.id : String(value));

function json(table: Table, name: string, value: Value): string {
  const column = propertyOf(table, name);
  return column === undefined ? 'null' : jsonOf(column, value);
}

function result(table: Table, { column, method, alias }: Aggregate, rows: readonly Row[]): string {
  if (column === undefined || alias === '') return String(rows.length);
  const values = rows.map((row) => row.value(column)).filter((value) => value !== null);
  if (method === 'countdistinct') return String(new Set(values.map(textOf)).size);
  if (values.length === 0) return 'null';
  const sorted = values.toSorted((a, b) => Number(a) - Number(b));
  if (method === 'min') return json(table, column, sorted[0] ?? null);
  if (method === 'max') return json(table, column, sorted.at(-1) ?? null);
  const sum = values.reduce<number>((total, value) => total + Number(value), 0);
  const type = propertyOf(table, column)?.type;
  const number = method === 'average' ? sum / values.length : sum;
  return type === 'money' || type === 'decimal' ? number.toFixed(9) : String(number);
}
