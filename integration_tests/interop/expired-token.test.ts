import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import type { Scratch } from '../support/program.ts';
import { createDatabase, type Database } from './machine/database.ts';
import { postgres } from './machine/provided.ts';
import { testScratch } from './machine/scratch.ts';
import { expectSuccess } from './pipeline/expect.ts';
import { tally } from './pipeline/messages.ts';
import type { PipeRun } from './pipeline/pipe.ts';
import {
  meltanolabsTarget,
  type PostgresTarget,
  pipelinewiseTarget,
  schema,
} from './pipeline/postgres-targets.ts';
import { load, saveState } from './pipeline/tap.ts';
import { serverName } from './pipeline/three-loads.ts';
import { type Comparison, compare, equal } from './truth/compare.ts';
import { postgresTable } from './truth/postgres.ts';

// Deletes of change-tracked tables, and a token that expires with deletes in the gap, in real targets with hard_delete.

const day = 86_400_000;
const table = 'accounts';
/** Rows that each disturbance deletes. */
const deletes = 7;

/** A target, and what becomes in it of rows that are gone (docs/targets.md). */
interface Expected {
  readonly target: PostgresTarget;
  /** By a record that says so: the row goes, or stays with a mark. */
  readonly byTombstone: PostgresTarget['deletes'];
  /** By ACTIVATE_VERSION: the row goes, or nothing happens. */
  readonly byVersion: 'removes' | 'ignores';
}

const targets: readonly Expected[] = [
  { target: meltanolabsTarget({ hard_delete: true }), byTombstone: 'marks', byVersion: 'removes' },
  { target: pipelinewiseTarget({ hard_delete: true }), byTombstone: 'removes', byVersion: 'ignores' },
];

/** How the table is loaded the first time, and again. */
const loads = [
  ['parallel ranges', { small_table_rows: 0 }],
  ['one tracked read', { small_table_rows: 100_000 }],
] as const;

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 1, [table]: 300 }, seed: 5 });
});
afterEach(() => environment.close());

/** Deletes, changes and creates rows: their number is that of `deletes` each. No row is deleted that never arrived. */
function disturb(): void {
  const { control } = environment.simulator;
  const ids = [...control.rows(table)]
    .map((row) => JSON.parse(row))
    .filter(({ name }) => !String(name).startsWith('created'))
    .map(({ accountid }) => String(accountid));
  for (let n = 0; n < deletes; n += 1) {
    control.remove(table, ids[n * 5] ?? '');
    control.update(table, ids[n * 5 + 1] ?? '', { name: `changed “${n}”`, telephone1: null });
  }
  const created = Array.from({ length: deletes }, (_, n) => ({ name: `created ${n}` }));
  control.create(table, created);
}

/** The loads of one test: each goes on with the state that the target printed last. */
interface Pipeline {
  run(): Promise<PipeRun>;
  compared(): Promise<Comparison>;
}

let databases = 0;
async function pipelineInto(target: PostgresTarget, more: object): Promise<Pipeline> {
  const scratch: Scratch = testScratch();
  databases += 1;
  const database: Database = await createDatabase(postgres(), `expired_${databases}`);
  const config = environment.config({ tables: [table], page_size: 50, ...more });
  const command = target.command(database, scratch);
  let before: PipeRun | undefined;
  let runs = 0;
  return {
    async run() {
      runs += 1;
      const state = before === undefined ? {} : { state: saveState(scratch, before) };
      before = await load(environment, command, scratch, `run-${runs}`, { config, ...state });
      expectSuccess(before);
      return before;
    },
    compared: async () =>
      compare(environment, table, await postgresTable(database, schema, table, target.losses)),
  };
}

describe.each(targets.map((each) => [each.target.name, serverName(), each] as const))(
  '%s, %s',
  (...[, , of]) => {
    const { target, byTombstone, byVersion } = of;
    const marked = (rows: number): number => (byTombstone === 'marks' ? rows : 0);

    it.each(loads)('deletes what was deleted, by change tracking after %s', async (_, how) => {
      const pipeline = await pipelineInto(target, how);
      await pipeline.run();
      disturb();
      const arrived = (await tally((await pipeline.run()).messages)).get(table);
      expect(arrived).toMatchObject({ records: 2 * deletes, deletes });
      const found = await pipeline.compared();
      expect(found).toEqual(equal(found, marked(deletes)));
    });

    it.each(loads)('holds the truth after a token expired, by tombstones, after %s', async (_, how) => {
      const pipeline = await pipelineInto(target, how);
      await pipeline.run();
      disturb();
      environment.simulator.control.advance(8 * day);
      disturb();
      const { tapLog } = await pipeline.run();
      expect(tapLog).toMatch(/token has expired.*Reading the table again in full/);
      const found = await pipeline.compared();
      expect(found).toEqual(equal(found, marked(2 * deletes)));
    });

    it.each(loads)(`${byVersion} what vanished, by ACTIVATE_VERSION, after %s`, async (_, how) => {
      const pipeline = await pipelineInto(target, { ...how, activate_version: true });
      await pipeline.run();
      disturb();
      await pipeline.run();
      disturb();
      environment.simulator.control.advance(8 * day);
      const { tapLog, messages } = await pipeline.run();
      expect(tapLog).toMatch(/token has expired.*Reading the table again in full/);
      // Nothing but the version tells what is gone.
      expect((await tally(messages)).get(table)).toMatchObject({ deletes: 0 });
      const found = await pipeline.compared();
      if (byVersion === 'removes') expect(found).toEqual(equal(found));
      else expect(found.loaded.rows - found.truth.rows).toBe(deletes);
    });
  },
);
