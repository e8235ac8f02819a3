import { badQuery } from '../errors.ts';
import type { Row } from '../rows/generated.ts';
import { isGuid, sqlOrder } from '../rows/guid.ts';
import { isReference, type Value } from '../rows/values.ts';
import type { Column } from '../schema/types.ts';
import type { World } from '../world.ts';
import type { Literal, Path } from './expression.ts';

/** SQL's three-valued logic: undefined is UNKNOWN, which a filter does not let through, and `not` does not turn. */
export type Test = (row: Row) => boolean | undefined;

/** Reads the value at the end of a path. */
export function reader(world: World, path: Path): (row: Row) => Value {
  const name = path.column.name;
  if (path.steps.length === 0) return (row) => row.value(name);
  return (row) => {
    let current: Row | undefined = row;
    for (const { lookup, target } of path.steps) {
      const value: Value = current.value(lookup.name);
      if (!isReference(value)) return null;
      current = world.store(value.table)?.find(value.id);
      if (current === undefined || (target.logicalName !== value.table && target.logicalName !== 'principal'))
        return null;
    }
    return current.value(name);
  };
}

/** A literal as the column compares: guids may be quoted, dates are instants, dates without time are text. */
export function literalFor(column: Column, literal: Literal): number | bigint | string | null {
  if (literal.value === null) return null;
  switch (column.type) {
    case 'key':
    case 'guid':
    case 'file':
    case 'lookup':
    case 'customer':
    case 'owner':
      if (!isGuid(literal.text)) throw incompatible(column, literal);
      return sqlOrder(literal.text);
    case 'datetime':
    case 'naive': {
      const at = Date.parse(literal.text);
      if (Number.isNaN(at)) throw incompatible(column, literal);
      return at;
    }
    case 'date':
      return literal.text.slice(0, 10);
    case 'bigint':
      return /^-?\d+$/.test(literal.text) ? BigInt(literal.text) : Number(literal.value);
    case 'boolean':
    case 'managed':
      if (typeof literal.value !== 'boolean') throw incompatible(column, literal);
      return literal.value ? 1 : 0;
    case 'string':
    case 'memo':
    case 'entityname':
    case 'choices':
    case 'image':
      return String(literal.value).toLowerCase();
    case 'integer':
    case 'version':
    case 'double':
    case 'decimal':
    case 'money':
    case 'choice':
    case 'state':
    case 'status': {
      const number = Number(literal.value);
      if (literal.type === 'boolean' || Number.isNaN(number)) throw incompatible(column, literal);
      return number;
    }
    default:
      column.type satisfies never;
      return null;
  }
}

const incompatible = (column: Column, literal: Literal) =>
  badQuery(
    `A binary operator with incompatible types was detected. Column '${column.name}' cannot be compared with '${literal.text}'.`,
  );
