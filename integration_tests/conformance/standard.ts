import { readFileSync } from 'node:fs';

/** A standard table as its users know it: the stream it becomes, its logical name, its key. */
export interface StandardTable {
  readonly stream: string;
  readonly table: string;
  readonly key: string;
}

const listed = JSON.parse(
  readFileSync(new URL('../../catalog/standard-tables.json', import.meta.url), 'utf8'),
) as readonly { readonly set: string; readonly table: string }[];

const activities = new Set(['activitypointer', 'email', 'task', 'phonecall', 'appointment']);

/** The 20 standard tables. All activities have the key of activitypointer, which they inherit. */
export const standardTables: readonly StandardTable[] = listed.map(({ set, table }) => ({
  stream: set,
  table,
  key: activities.has(table) ? 'activityid' : `${table}id`,
}));
