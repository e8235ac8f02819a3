import type { Reply } from '../http.ts';
import { type RowQuery, rowsOf } from '../query/rows.ts';
import type { World } from '../world.ts';
import { pageCap, type Read } from './read.ts';

/** The counting members of a page: `@odata.count` when asked, and the platform's own with its annotations. */
export function countMembers(world: World, read: Read, total: number | undefined): string[] {
  const cap = pageCap(read.store.table);
  const shown = total === undefined ? undefined : Math.min(total, cap);
  const own = 'Microsoft.Dynamics.CRM.totalrecordcount';
  return [
    ...(shown === undefined ? [] : [`"@odata.count":${shown}`]),
    ...(read.preferences.wantsAnnotation(own)
      ? [
          `"@${own}":${shown ?? -1}`,
          `"@${own}limitexceeded":${total !== undefined && total > cap}`,
          `"@Microsoft.Dynamics.CRM.globalmetadataversion":"${world.schema.version()}"`,
        ]
      : []),
  ];
}

/** Counts rows, up to one more than the cap where they have to be looked at. */
export function countRows(world: World, query: RowQuery): number {
  if (query.filter === undefined) return query.store.count();
  const cap = pageCap(query.store.table);
  let count = 0;
  for (const _ of rowsOf(world, { ...query, after: undefined })) if (++count > cap) break;
  return count;
}

/** The answer of `/$count`: a bare number, capped. */
export const countReply = (world: World, read: Read, total: number): Reply => ({
  status: 200,
  headers: [['Content-Type', 'text/plain']],
  body: `${world.switches.countWithMark ? '\ufeff' : ''}${Math.min(total, pageCap(read.store.table))}`,
});
