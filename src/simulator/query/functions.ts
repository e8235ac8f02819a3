import { badQuery } from '../errors.ts';
import type { World } from '../world.ts';
import { comparable, compareValues } from './compare.ts';
import type { Expression, Literal } from './expression.ts';
import { literalFor, reader, type Test } from './operands.ts';
import { periodOf } from './periods.ts';

type Call = Extract<Expression, { kind: 'function' }>;

/**
 * Query functions of the platform.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/queryfunctions
 */
export function platformTest(world: World, call: Call): Test {
  const { path, values, name } = call;
  if (path === undefined) throw badQuery(`The function '${name}' needs a PropertyName.`);
  const read = reader(world, path);
  const { column } = path;
  const at = (row: Parameters<Test>[0]) => comparable(column, read(row));
  const wanted = (literal: Literal | undefined) =>
    literal === undefined ? null : literalFor(column, literal);
  const isUser =
    (id: string): Test =>
    (row) =>
      at(row) === comparable({ ...column, type: 'guid' }, id);
  const not =
    (test: Test): Test =>
    (row) => {
      const result = test(row);
      return result === undefined ? undefined : !result;
    };
  const oneOf: Test = (row) => {
    const value = at(row);
    return value === null ? undefined : values.some((each) => compareValues(wanted(each), value) === 0);
  };
  const between: Test = (row) => {
    const value = at(row);
    if (value === null) return undefined;
    return compareValues(value, wanted(values[0])) >= 0 && compareValues(value, wanted(values[1])) <= 0;
  };
  const containsValues: Test = (row) => {
    const value = read(row);
    if (value === null) return undefined;
    const chosen = String(value).split(',');
    return values.some((each) => chosen.includes(each.text));
  };
  const tests: Readonly<Record<string, () => Test>> = {
    In: () => oneOf,
    NotIn: () => not(oneOf),
    Between: () => between,
    NotBetween: () => not(between),
    ContainValues: () => containsValues,
    DoesNotContainValues: () => not(containsValues),
    EqualUserId: () => isUser(world.userId),
    NotEqualUserId: () => not(isUser(world.userId)),
    EqualBusinessId: () => isUser(world.businessUnitId),
    NotEqualBusinessId: () => not(isUser(world.businessUnitId)),
  };
  const own = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (own !== undefined) return own();

  const period = periodOf(name, values[0], world.clock.now());
  if (period === undefined)
    throw badQuery(`An unknown function with name 'Microsoft.Dynamics.CRM.${name}' was found.`);
  return (row) => {
    const value = read(row);
    if (value === null) return undefined;
    const moment = typeof value === 'number' ? value : Date.parse(String(value));
    return moment >= period.from && moment < period.to;
  };
}
