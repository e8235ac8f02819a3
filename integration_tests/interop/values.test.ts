import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { createDatabase, type Database } from './machine/database.ts';
import { postgres } from './machine/provided.ts';
import { testScratch } from './machine/scratch.ts';
import { expectSuccess } from './pipeline/expect.ts';
import {
  meltanolabsTarget,
  type PostgresTarget,
  pipelinewiseTarget,
  schema,
} from './pipeline/postgres-targets.ts';
import { load, saveState } from './pipeline/tap.ts';
import { serverName } from './pipeline/three-loads.ts';
import { compare, equal } from './truth/compare.ts';
import { postgresTable } from './truth/postgres.ts';

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 0, accounts: 300 }, seed: 21 });
});
afterEach(() => environment.close());

/** Values that have broken taps and targets: each is one row. */
const adversarial = [
  { name: `O'Neil "quoted" \\ back / slash`, description: 'line one\r\nline two\tafter a tab\n' },
  { name: '},{"@odata.etag":"W/\\"1\\"","accountid":"', description: '"]}' },
  { name: '😀 € Ω \u2028 \u2029 \u007f \ufeff', description: 'ends in half a pair \ud83d' },
  { name: 'a\u0000b', description: '\\N \\. \\u0041 %s {0} $1' },
  { name: '', description: ' ' },
  { revenue: '922337203685477.5807', creditlimit: '-922337203685477.5808', exchangerate: '0.0000000001' },
  { revenue: '20000', creditlimit: '0', numberofemployees: -2147483648 },
];

/** Accounts in PostgreSQL equal the simulator's. */
async function expectEqual(target: PostgresTarget, database: Database, deleted = 0): Promise<void> {
  const loaded = await postgresTable(database, schema, 'accounts', target.losses);
  const found = await compare(environment, 'accounts', loaded);
  expect(found).toEqual(equal(found, deleted));
}

const targets = [
  { target: meltanolabsTarget(), database: 'values_meltanolabs' },
  { target: meltanolabsTarget({ use_copy: true }), database: 'values_meltanolabs_copy' },
  { target: pipelinewiseTarget(), database: 'values_pipelinewise' },
];
for (const { target, database: name } of targets) {
  describe(`${target.name}, ${serverName()}`, () => {
    it('loads values that have broken others', async () => {
      const scratch = testScratch();
      const database = await createDatabase(postgres(), name);
      const config = environment.config({ tables: ['accounts'], key_set_directory: scratch.folder });
      environment.simulator.control.create('accounts', adversarial);
      expectSuccess(await load(environment, target.command(database, scratch), scratch, 'load', { config }));
      await expectEqual(target, database);
    });
  });
}

const plain = meltanolabsTarget();
describe(`${plain.name}, ${serverName()}`, () => {
  it('goes on when columns and choices are added and a column is dropped between two loads', async () => {
    const scratch = testScratch();
    const database = await createDatabase(postgres(), 'schema_changes');
    const config = environment.config({ tables: ['accounts'], key_set_directory: scratch.folder });
    const command = plain.command(database, scratch);
    const first = await load(environment, command, scratch, 'first', { config });
    expectSuccess(first);

    const { control } = environment.simulator;
    control.addColumn('accounts', { name: 'new_Rating', type: 'decimal' });
    control.addColumn('accounts', { name: 'new_Note', type: 'string' });
    control.addOption('accounts', 'industrycode', { value: 99, label: 'Space travel' });
    control.dropColumn('accounts', 'fax');
    control.create('accounts', [
      { name: 'New', new_note: 'x'.repeat(4000), new_rating: '1.5', industrycode: 99 },
    ]);
    expectSuccess(
      await load(environment, command, scratch, 'second', { config, state: saveState(scratch, first) }),
    );
    // The target keeps what it has of a column that is gone.
    expect(await database.value(`select count(fax) > 0 from ${schema}.accounts`)).toBe('t');
    await database.value(`alter table ${schema}.accounts drop column fax`);
    await expectEqual(plain, database);
  });
});

const removing = meltanolabsTarget({ hard_delete: true });
describe(`${removing.name}, ${serverName()}`, () => {
  it('removes rows that vanished when ACTIVATE_VERSION ends a full load', async () => {
    const scratch = testScratch();
    const database = await createDatabase(postgres(), 'activate_version');
    const settings = { tables: ['accounts'], activate_version: true, incremental_strategy: 'full' };
    const config = environment.config({ ...settings, key_set_directory: scratch.folder });
    const command = removing.command(database, scratch);
    expectSuccess(await load(environment, command, scratch, 'first', { config }));
    await expectEqual(removing, database);

    const [gone] = [...environment.simulator.control.rows('accounts')].map(
      (row) => JSON.parse(row)['accountid'],
    );
    environment.simulator.control.remove('accounts', gone);
    expectSuccess(await load(environment, command, scratch, 'second', { config }));
    await expectEqual(removing, database);
  });
});
