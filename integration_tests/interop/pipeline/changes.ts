import type { Environment } from '../../support/environment.ts';

/** How many rows of a stream a run has to bring. */
export interface Arrived {
  readonly records: number;
  readonly deletes: number;
}

/** Tables whose rows are changed, with the name of their key and a column to write. */
const edited = [
  { table: 'accounts', key: 'accountid', column: 'name' },
  { table: 'contacts', key: 'contactid', column: 'lastname' },
  { table: 'opportunities', key: 'opportunityid', column: 'name' },
  { table: 'emails', key: 'activityid', column: 'subject' },
  { table: 'tasks', key: 'activityid', column: 'subject' },
] as const;

/**
 * Changes two rows, creates two and deletes one in some tables, and returns what the next run must bring, by stream; all
 * other streams have nothing new. Activities show up under their own table and as activity pointers.
 */
export function changeRows({ simulator: { control } }: Environment): ReadonlyMap<string, Arrived> {
  for (const { table, key, column } of edited) {
    const [, first = '', second = '', third = ''] = [...control.rows(table)].map(
      (row) => JSON.parse(row)[key],
    );
    control.update(table, first, { [column]: 'Changed “once” ✓' });
    control.update(table, second, { [column]: null });
    control.remove(table, third);
    control.create(table, [{ [column]: 'New 1' }, { [column]: 'New 2' }]);
  }
  const each = { records: 4, deletes: 1 };
  const changed = new Map<string, Arrived>(edited.map(({ table }) => [table, each]));
  return changed.set('activitypointers', { records: 2 * each.records, deletes: 2 * each.deletes });
}
