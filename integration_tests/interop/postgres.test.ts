import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase } from './machine/database.ts';
import { postgres } from './machine/provided.ts';
import { scratch } from './machine/scratch.ts';
import { type Environment, startSimulator } from './machine/simulator.ts';
import { type Changed, changeRows } from './pipeline/changes.ts';
import { configFor, standardTables, tapCommand, writeJson } from './pipeline/connector.ts';
import { type StreamTally, tally } from './pipeline/messages.ts';
import { type PipeRun, pipe } from './pipeline/pipe.ts';
import { meltanolabsTarget, pipelinewiseTarget, schema } from './pipeline/postgres-targets.ts';
import { compare, equal } from './truth/compare.ts';

const tables = standardTables.map(({ set }) => set);
const cluster = inject('postgres');
const server = typeof cluster === 'string' ? 'PostgreSQL' : `PostgreSQL ${cluster.version}`;

const ways = [
  { target: meltanolabsTarget(), database: 'meltanolabs' },
  { target: meltanolabsTarget({ use_copy: true }), database: 'meltanolabs_copy' },
  { target: pipelinewiseTarget(), database: 'pipelinewise' },
];

for (const { target, database: name } of ways)
  describe(`${target.name}, ${server}`, () => {
    let environment: Environment;
    beforeAll(async () => {
      environment = await startSimulator('--rows', '*=120,accounts=2500', '--seed', '7');
    });
    afterAll(() => environment.stop());

    it('loads all 20 standard tables, then only what changed, then nothing', async () => {
      const folder = scratch();
      const database = await createDatabase(postgres(), name);
      const config = configFor(environment, folder, { page_size: 1000 });
      const load = (run: string, ...args: readonly string[]) =>
        pipe(
          tapCommand(config, ...args),
          target.command(database, folder),
          join(folder, run),
          environment.trust,
        );
      const sums = () => compare(environment, database, schema, tables, target.losses);

      const first = await load('first');
      expect(exits(first), report(first)).toEqual([0, 0]);
      const loaded = await sums();
      expect(loaded).toEqual(loaded.map((comparison) => equal(comparison)));

      const changed = await changeRows(environment);
      const second = await load('second', '--state', writeState(folder, first));
      expect(exits(second), report(second)).toEqual([0, 0]);
      expect(arrivals(await tally(second.messages))).toEqual(allOf(changed));
      const reloaded = await sums();
      expect(reloaded).toEqual(reloaded.map((table) => equal(table, changed.get(table.table)?.deletes)));

      const third = await load('third', '--state', writeState(folder, second));
      expect(exits(third), report(third)).toEqual([0, 0]);
      expect(arrivals(await tally(third.messages))).toEqual(allOf(new Map()));
    });
  });

function exits(run: PipeRun): readonly [tap: number, target: number] {
  return [run.tapExit, run.targetExit];
}

/** The end of both logs, for the message of a failed expectation. */
function report(run: PipeRun): string {
  return `${run.tapLog.slice(-3000)}\n${run.targetLog.slice(-3000)}`;
}

/** Saves the last state that the target printed, as a scheduler does. */
function writeState(folder: string, run: PipeRun): string {
  return writeJson(folder, 'state.json', JSON.parse(run.states.at(-1) ?? 'null'));
}

/** What arrived, by stream. */
function arrivals(tallies: ReadonlyMap<string, StreamTally>): ReadonlyMap<string, Changed> {
  return new Map([...tallies].sort().map(([stream, { records, deletes }]) => [stream, { records, deletes }]));
}

/** The expected changes, for every table. */
function allOf(changed: ReadonlyMap<string, Changed>): ReadonlyMap<string, Changed> {
  return new Map(
    [...tables].sort().map((table) => [table, changed.get(table) ?? { records: 0, deletes: 0 }]),
  );
}
