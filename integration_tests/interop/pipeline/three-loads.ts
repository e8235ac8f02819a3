import { expect, inject } from 'vitest';
import type { Environment } from '../../support/environment.ts';
import { createDatabase, type Database } from '../machine/database.ts';
import { postgres } from '../machine/provided.ts';
import { testScratch } from '../machine/scratch.ts';
import { compare, equal } from '../truth/compare.ts';
import { postgresTable } from '../truth/postgres.ts';
import { type Arrived, changeRows } from './changes.ts';
import { expectArrivals, expectSuccess } from './expect.ts';
import { type PostgresTarget, schema } from './postgres-targets.ts';
import { load, saveState, standardTables } from './tap.ts';

/** `PostgreSQL 15.18`, for the names of suites. */
export function serverName(): string {
  const cluster = inject('postgres');
  return typeof cluster === 'string' ? 'PostgreSQL' : `PostgreSQL ${cluster.version}`;
}

/**
 * The main job: loads all standard tables into an empty database; then rows are changed, created and deleted, and the second
 * load, with the state that the target printed, brings those alone; then nothing changes, and the third brings nothing. After
 * each load counts and checksums over all columns of all tables equal the simulator's.
 */
export async function expectThreeLoads(
  environment: Environment,
  target: PostgresTarget,
  name: string,
): Promise<void> {
  const scratch = testScratch();
  const database = await createDatabase(postgres(), name);
  const config = environment.config({ page_size: 500, key_set_directory: scratch.folder });
  const command = target.command(database, scratch);

  const first = await load(environment, command, scratch, 'first', { config });
  expectSuccess(first);
  await expectEqual(environment, target, database);

  const changed = changeRows(environment);
  const second = await load(environment, command, scratch, 'second', {
    config,
    state: saveState(scratch, first),
  });
  expectSuccess(second);
  await expectArrivals(second, changed);
  await expectEqual(environment, target, database, target.deletes === 'marks' ? changed : new Map());

  const third = await load(environment, command, scratch, 'third', {
    config,
    state: saveState(scratch, second),
  });
  expectSuccess(third);
  await expectArrivals(third, new Map());
}

/** Every standard table in the database equals the simulator's; as many rows are marked as deleted as were. */
async function expectEqual(
  environment: Environment,
  target: PostgresTarget,
  database: Database,
  marked: ReadonlyMap<string, Arrived> = new Map(),
): Promise<void> {
  for (const table of standardTables) {
    const loaded = await postgresTable(database, schema, table, target.losses);
    const found = await compare(environment, table, loaded);
    expect(found).toEqual(equal(found, marked.get(table)?.deletes));
  }
}
