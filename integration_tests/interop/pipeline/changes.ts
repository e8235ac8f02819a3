import type { Environment } from '../machine/simulator.ts';

/** How many rows of a stream a second run has to bring. */
export interface Changed {
  readonly records: number;
  readonly deletes: number;
}

const activities = ['emails', 'tasks'];

/** Tables whose rows are changed, with the name of their key and a column to write. */
const edited = [
  { table: 'accounts', key: 'accountid', column: 'name' },
  { table: 'contacts', key: 'contactid', column: 'lastname' },
  { table: 'opportunities', key: 'opportunityid', column: 'name' },
  { table: 'emails', key: 'activityid', column: 'subject' },
  { table: 'tasks', key: 'activityid', column: 'subject' },
] as const;

/**
 * Changes two rows, creates two and deletes one in some tables, and returns what a second run must bring, by stream;
 * all other streams have nothing new. Activities show up under their own table and as activity pointers.
 */
export async function changeRows(environment: Environment): Promise<ReadonlyMap<string, Changed>> {
  for (const { table, key, column } of edited) {
    const rows = (await environment.control('GET', `/rows/${table}`)).split('\n');
    const keys = [1, 2, 3].map((row) => String(JSON.parse(rows[row] ?? '{}')[key]));
    await environment.control('PATCH', `/rows/${table}/${keys[0]}`, { [column]: 'Changed “once” ✓' });
    await environment.control('PATCH', `/rows/${table}/${keys[1]}`, { [column]: null });
    await environment.control('DELETE', `/rows/${table}/${keys[2]}`);
    await environment.control('POST', `/rows/${table}`, [{ [column]: 'New 1' }, { [column]: 'New 2' }]);
  }
  const expected = new Map<string, Changed>(edited.map(({ table }) => [table, { records: 4, deletes: 1 }]));
  return expected.set('activitypointers', { records: 4 * activities.length, deletes: activities.length });
}
