import type { WalkOrder } from '../rows/store.ts';
import type { Table } from '../schema/types.ts';
import type { Expression } from './expression.ts';
import { literalFor } from './operands.ts';

export type Range = { low?: number | string; high?: number | string };

/**
 * Ranges that a filter puts on the columns which a store can walk in order. Only what every branch of an `and` says is
 * used, so rows outside a range cannot match; whether the rows inside do is for the filter to say.
 */
export function rangesOf(table: Table, filter: Expression | undefined): Map<WalkOrder, Range> {
  const ranges = new Map<WalkOrder, Range>();
  const visit = (expression: Expression): void => {
    if (expression.kind === 'and') {
      visit(expression.left);
      visit(expression.right);
      return;
    }
    if (
      expression.kind !== 'compare' ||
      expression.left.kind !== 'path' ||
      expression.right.kind !== 'literal'
    )
      return;
    const { left, right, operator } = expression;
    const order = left.steps.length === 0 ? walkOrder(table, left.column.name) : undefined;
    if (order === undefined || right.value === null || operator === 'ne') return;
    const value = literalFor(left.column, right);
    if (value === null || typeof value === 'bigint') return;
    const range = ranges.get(order) ?? {};
    if (operator !== 'lt' && operator !== 'le' && (range.low === undefined || value > range.low))
      range.low = value;
    if (operator !== 'gt' && operator !== 'ge' && (range.high === undefined || value < range.high))
      range.high = value;
    ranges.set(order, range);
  };
  if (filter !== undefined) visit(filter);
  return ranges;
}

/** The store order behind a column, if there is one. */
export function walkOrder(table: Table, column: string): WalkOrder | undefined {
  if (column === table.key) return 'key';
  const rising = column === 'createdon' || column === 'modifiedon' || column === 'versionnumber';
  return rising && table.columns.some((each) => each.name === column) ? column : undefined;
}
