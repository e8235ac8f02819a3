import { badQuery } from '../errors.ts';
import type { Row } from '../rows/generated.ts';
import type { World } from '../world.ts';
import { membersOf } from './collections.ts';
import { comparable, compareValues } from './compare.ts';
import type { Comparison, Expression, Operand, Path } from './expression.ts';
import { platformTest } from './functions.ts';
import { literalFor, reader, type Test } from './operands.ts';

/** Compiles a filter to a test of one row. */
export function compile(world: World, expression: Expression): Test {
  switch (expression.kind) {
    case 'and': {
      const left = compile(world, expression.left);
      const right = compile(world, expression.right);
      return (row) => {
        const first = left(row);
        if (first === false) return false;
        const second = right(row);
        return second === false ? false : first === undefined || second === undefined ? undefined : true;
      };
    }
    case 'or': {
      const left = compile(world, expression.left);
      const right = compile(world, expression.right);
      return (row) => {
        const first = left(row);
        if (first === true) return true;
        const second = right(row);
        return second === true ? true : first === undefined || second === undefined ? undefined : false;
      };
    }
    case 'not': {
      const operand = compile(world, expression.operand);
      return (row) => {
        const inner = operand(row);
        return inner === undefined ? undefined : !inner;
      };
    }
    case 'compare':
      return comparison(world, expression.operator, expression.left, expression.right);
    case 'text':
      return textTest(world, expression.test, expression.path, expression.text);
    case 'lambda': {
      const { quantifier, collection } = expression;
      const condition =
        expression.condition === undefined ? () => true : compile(world, expression.condition);
      return (row) => {
        const members = membersOf(world, collection, row.key);
        const holds = (member: Row): boolean => condition(member) === true;
        return quantifier === 'any' ? members.some(holds) : members.every(holds);
      };
    }
    case 'function':
      return platformTest(world, expression);
    default:
      expression satisfies never;
      throw badQuery('The filter is not supported.');
  }
}

function comparison(world: World, operator: Comparison, left: Operand, right: Operand): Test {
  if (left.kind === 'literal' && right.kind === 'path')
    return comparison(world, turned[operator], right, left);
  if (left.kind !== 'path') throw badQuery('A comparison needs a property.');
  const read = reader(world, left);
  const column = left.column;
  if (right.kind === 'path') {
    const other = reader(world, right);
    return (row) => judge(operator, comparable(column, read(row)), comparable(right.column, other(row)));
  }
  const wanted = literalFor(column, right);
  if (wanted === null) {
    if (operator === 'eq') return (row) => read(row) === null;
    if (operator === 'ne') return (row) => read(row) !== null;
    return () => undefined;
  }
  return (row) => judge(operator, comparable(column, read(row)), wanted);
}

const turned: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
};

type Comparable = ReturnType<typeof comparable>;

function judge(operator: Comparison, left: Comparable, right: Comparable): boolean | undefined {
  // `ne` finds rows without a value too: the service writes `(column <> x or column is null)`.
  if (left === null || right === null) return operator === 'ne' ? left !== right : undefined;
  const order = compareValues(left, right);
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    default:
      operator satisfies never;
      return undefined;
  }
}

/** LIKE of SQL Server: `%`, `_` and `[...]` inside the text are wildcards, although OData says otherwise. */
function textTest(
  world: World,
  test: 'contains' | 'startswith' | 'endswith',
  path: Path,
  text: string,
): Test {
  const read = reader(world, path);
  const pattern = likePattern(text);
  const start = test === 'endswith' ? '' : '^';
  const shape = new RegExp(
    test === 'contains' ? pattern : test === 'startswith' ? `${start}${pattern}` : `${pattern}$`,
    'is',
  );
  return (row) => {
    const value = read(row);
    return value === null ? undefined : shape.test(String(value));
  };
}

/** `%` any text, `_` any character, `[abc]` one of some; an open bracket alone is itself. */
function likePattern(text: string): string {
  return text.replace(
    /\[(\^?)([^\]]+)\]|[\s\S]/g,
    (part, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ?? ''}${set.replace(/[\\^[]/g, '\\$&')}]`;
      if (part === '%') return '.*';
      if (part === '_') return '.';
      return part.replace(/[.*+?^${}()|[\]\\/-]/, '\\$&');
    },
  );
}
