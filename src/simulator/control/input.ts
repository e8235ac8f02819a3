import { isGuid } from '../rows/guid.ts';
import type { Value } from '../rows/values.ts';
import type { Column, Table } from '../schema/types.ts';

/** Says what is wrong with something that was told to the control surface. */
export class ControlError extends Error {}

/**
 * Reads column values given as JSON. Columns go by wire name or logical name; a lookup is a guid, or
 * `{"table": "account", "id": "<guid>"}` where it can point to several tables.
 */
export function readValues(table: Table, given: unknown): Record<string, Value> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ControlError(`a row of ${table.setName} must be a JSON object`);
  }
  const values: Record<string, Value> = {};
  for (const [name, value] of Object.entries(given)) {
    const column = table.columns.find(
      (each) => each.surfaced !== false && (each.name === name || each.logicalName === name),
    );
    if (column === undefined) throw new ControlError(`${table.logicalName} has no column ${name}`);
    values[column.name] = readValue(table, column, value);
  }
  return values;
}

function readValue(table: Table, column: Column, given: unknown): Value {
  const wrong = (wanted: string) =>
    new ControlError(`${table.logicalName}.${column.name} must be ${wanted}, not ${JSON.stringify(given)}`);
  if (given === null) return null;
  switch (column.type) {
    case 'datetime':
    case 'naive': {
      const at = typeof given === 'number' ? given : Date.parse(String(given));
      if (Number.isNaN(at)) throw wrong('a date with time');
      return at;
    }
    case 'date':
      if (!/^\d{4}-\d{2}-\d{2}$/.test(String(given))) throw wrong('a date (yyyy-MM-dd)');
      return String(given);
    case 'decimal':
    case 'money':
      if (!/^-?\d+(\.\d+)?$/.test(String(given))) throw wrong('a decimal number');
      return scaled(String(given), column.scale ?? 2);
    case 'bigint':
      if (!/^-?\d+$/.test(String(given))) throw wrong('a whole number (as text beyond 2^53)');
      return BigInt(String(given));
    case 'integer':
    case 'version':
    case 'choice':
    case 'state':
    case 'status':
      if (!Number.isSafeInteger(given)) throw wrong('a whole number');
      return given as number;
    case 'double':
      if (typeof given !== 'number') throw wrong('a number');
      return given;
    case 'boolean':
    case 'managed':
      if (typeof given !== 'boolean') throw wrong('true or false');
      return given;
    case 'lookup':
    case 'customer':
    case 'owner':
      return readReference(column, given, wrong);
    case 'key':
    case 'guid':
    case 'file':
      if (typeof given !== 'string' || !isGuid(given)) throw wrong('a guid');
      return given.toLowerCase();
    case 'string':
    case 'memo':
    case 'entityname':
    case 'choices':
    case 'image':
      if (typeof given !== 'string') throw wrong('text');
      return given;
    default:
      column.type satisfies never;
      return null;
  }
}

function readReference(column: Column, given: unknown, wrong: (wanted: string) => ControlError): Value {
  const targets =
    column.type === 'owner' ? ['systemuser', 'team'] : (column.navigations ?? []).map((each) => each.target);
  if (typeof given === 'string' && isGuid(given)) return { table: targets[0] ?? '', id: given.toLowerCase() };
  const { table, id } =
    typeof given === 'object' && given !== null ? (given as { table?: unknown; id?: unknown }) : {};
  if (typeof table !== 'string' || !targets.includes(table))
    throw wrong(`{"table": one of ${targets.join(', ')}, "id": guid}`);
  if (typeof id !== 'string' || !isGuid(id)) throw wrong('a reference with a guid');
  return { table, id: id.toLowerCase() };
}

/** Decimal text with exactly the column's digits, without rounding through a number. */
function scaled(text: string, scale: number): string {
  const [whole = '0', digits = ''] = text.split('.');
  return scale === 0 ? whole : `${whole}.${digits.padEnd(scale, '0').slice(0, scale)}`;
}
