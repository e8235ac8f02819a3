import { type Refusal, refusal } from '../errors.ts';
import type { Expression } from '../query/expression.ts';

/** True where a filter makes SQL look at every row's text: LIKE with a wildcard in front. */
export function hasLeadingWildcard(filter: Expression): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return hasLeadingWildcard(filter.left) || hasLeadingWildcard(filter.right);
    case 'not':
      return hasLeadingWildcard(filter.operand);
    case 'text':
      return filter.test !== 'startswith' || /^[%_[]/.test(filter.text);
    case 'lambda':
      return filter.condition !== undefined && hasLeadingWildcard(filter.condition);
    case 'compare':
    case 'function':
      return false;
    default:
      filter satisfies never;
      return false;
  }
}

/** https://learn.microsoft.com/power-apps/developer/data-platform/query-throttling; the status is not told there. */
export const wildcardThrottling = (): Refusal =>
  refusal(
    400,
    '0x80048644',
    'This query cannot be executed because it conflicts with Query Throttling; the query uses a leading wildcard value in a filter condition, which will cause the query to be throttled more aggressively. Refer to this document: https://go.microsoft.com/fwlink/?linkid=2162952',
  );
