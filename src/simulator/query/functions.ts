import { badQuery } from '../errors.ts';
import type { World } from '../world.ts';
import { comparable, compareValues } from './compare.ts';
import type { Expression } from './expression.ts';
import { literalFor, reader, type Test } from './operands.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Query functions of the platform (`Microsoft.Dynamics.CRM.*`). */
export function platformTest(world: World, call: Extract<Expression, { kind: 'function' }>): Test {
  const { path, values, name } = call;
  if (path === undefined) throw badQuery(`The function '${name}' needs a PropertyName.`);
  const read = reader(world, path);
  const column = path.column;
  const wanted = values.map((value) =>
    literalFor(
      column.type === 'datetime' && value.type === 'number' ? { ...column, type: 'double' } : column,
      value,
    ),
  );
  const first = wanted[0] ?? null;
  const at = (row: Parameters<Test>[0]) => comparable(column, read(row));
  const within =
    (from: number, to: number): Test =>
    (row) => {
      const value = at(row);
      return value === null ? undefined : Number(value) >= from && Number(value) < to;
    };
  const now = world.clock.now();
  const count = Number(first ?? 1);
  const today = Math.floor(now / day) * day;
  switch (name) {
    case 'In':
    case 'NotIn':
      return (row) => {
        const value = at(row);
        if (value === null) return undefined;
        return wanted.some((each) => compareValues(each, value) === 0) === (name === 'In');
      };
    case 'Between':
    case 'NotBetween': {
      const second = wanted[1] ?? null;
      return (row) => {
        const value = at(row);
        if (value === null) return undefined;
        return (
          (compareValues(value, first) >= 0 && compareValues(value, second) <= 0) === (name === 'Between')
        );
      };
    }
    case 'On':
      return within(Number(first), Number(first) + day);
    case 'OnOrAfter':
      return within(Number(first), Number.POSITIVE_INFINITY);
    case 'OnOrBefore':
      return within(Number.NEGATIVE_INFINITY, Number(first) + day);
    case 'Today':
      return within(today, today + day);
    case 'Yesterday':
      return within(today - day, today);
    case 'LastXHours':
      return within(Math.floor(now / hour) * hour - count * hour, now);
    case 'LastXDays':
      return within(today - count * day, now);
    case 'LastXWeeks':
      return within(today - count * 7 * day, now);
    case 'EqualUserId':
      return (row) => at(row) === comparable({ ...column, type: 'guid' }, world.userId);
    case 'NotEqualUserId':
      return (row) => at(row) !== comparable({ ...column, type: 'guid' }, world.userId);
    default:
      throw badQuery(`An unknown function with name 'Microsoft.Dynamics.CRM.${name}' was found.`);
  }
}
