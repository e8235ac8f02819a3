// What a program gets right and wrong: a first read and one after changes, compared with the simulator's truth.
import { join } from 'node:path';
import { startSimulator } from '../harness/simulator.mjs';
import { compareTable } from './compare.mjs';
import { change, tablesOf, truthOf } from './control.mjs';
import { rowsOf, stateOf } from './messages.mjs';
import { prepare } from './runs.mjs';

/** What there is to read, as a scenario of the simulator. */
export const environment = join(import.meta.dirname, 'environment.json');

/** The tables that are compared; the first is changed between the reads. */
const checkedTables = [
  { table: 'account', set: 'accounts' },
  { table: 'email', set: 'emails' },
  { table: 'new_reading', set: 'new_readings' },
];
const [changing] = checkedTables;
/** They refuse to be read, in the simulator as at the service: not to offer them is right. */
const unreadable = ['calendarrules', 'complexcontrols'];

/**
 * Checks one program, in an environment of its own, so that all of them see the same changes.
 *
 * @param {import('./programs.mjs').Program} program
 */
export async function check(program) {
  const simulator = await startSimulator(['--scenario', environment]);
  try {
    const { control_url: control } = simulator.ready;
    const { found, selected, declared, read } = await prepare(program, simulator, {
      tables: checkedTables,
      full: false,
    });
    const output = join(simulator.folder, 'output.ndjson');
    await read(output);
    const [rows, state] = [await rowsOf(output), await stateOf(output, program.protocol)];
    const tables = [];
    const truth = new Map();
    for (const table of checkedTables) {
      const stream = program.streamOf(table);
      truth.set(table, await truthOf(control, table.set));
      const compared = selected.includes(stream)
        ? compareTable(truth.get(table), rows.get(stream) ?? [], declared(stream))
        : undefined;
      tables.push({ table: table.set, found: compared !== undefined, ...compared });
    }
    const keys = truth.get(changing).map((row) => row.accountid);
    const [gone, renamed] = [keys.slice(100, 120), keys.slice(6_000, 6_010)];
    const made = await change(control, changing.set, { gone, renamed, created: 5 });
    await read(output, state);
    const changes = (await rowsOf(output)).get(program.streamOf(changing)) ?? [];
    return {
      tablesUnfound: (await tablesOf(control))
        .filter((each) => !found.includes(program.streamOf(each)))
        .map(({ set }) => set)
        .filter((set) => !unreadable.includes(set)),
      tables,
      changes: toldOf({ gone, changed: [...renamed, ...made] }, changes),
    };
  } finally {
    await simulator.stop();
  }
}

function toldOf({ gone, changed }, rows) {
  const isDeletion = (row) => (row._sdc_deleted_at ?? row._ab_cdc_deleted_at ?? null) !== null;
  const deletions = new Set(rows.filter(isDeletion).map((row) => row.accountid));
  const others = new Set(rows.filter((row) => !isDeletion(row)).map((row) => row.accountid));
  const told = (keys, set) => ({ of: keys.length, told: keys.filter((key) => set.has(key)).length });
  return { deleted: told(gone, deletions), changed: told(changed, others), records: rows.length };
}
