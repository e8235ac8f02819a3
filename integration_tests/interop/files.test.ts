import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { program } from './machine/provided.ts';
import { versionOf } from './machine/python.ts';
import { testScratch } from './machine/scratch.ts';
import { type Arrived, changeRows } from './pipeline/changes.ts';
import { expectArrivals, expectSuccess } from './pipeline/expect.ts';
import { keysOf } from './pipeline/messages.ts';
import type { Command } from './pipeline/pipe.ts';
import { load, saveState, standardTables } from './pipeline/tap.ts';
import { compare, equal, type LoadedTable } from './truth/compare.ts';
import { duckdbTables } from './truth/duckdb.ts';
import { jsonlTable } from './truth/jsonl.ts';

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 30, accounts: 600 }, seed: 9 });
});
afterEach(() => environment.close());

/** Reads what a target wrote of the standard tables, in their order; the keys are the tap's. */
type Reader = (keys: ReadonlyMap<string, string>) => Promise<readonly LoadedTable[]>;

/** A load, changes, a second load of those alone; after each the files equal the simulator's rows. */
async function expectTwoLoads(target: Command, scratch: ReturnType<typeof testScratch>, read: Reader) {
  const config = environment.config({ page_size: 250, key_set_directory: scratch.folder });
  const first = await load(environment, target, scratch, 'first', { config });
  expectSuccess(first);
  const keys = await keysOf(first.messages);
  await expectEqual(await read(keys), new Map());

  const changed = changeRows(environment);
  const second = await load(environment, target, scratch, 'second', {
    config,
    state: saveState(scratch, first),
  });
  expectSuccess(second);
  await expectArrivals(second, changed);
  await expectEqual(await read(keys), changed);
}

async function expectEqual(loaded: readonly LoadedTable[], marked: ReadonlyMap<string, Arrived>) {
  for (const [place, table] of standardTables.entries()) {
    const found = await compare(environment, table, loaded[place] as LoadedTable);
    expect(found).toEqual(equal(found, marked.get(table)?.deletes));
  }
}

describe(`target-jsonl ${versionOf('target-jsonl')}`, () => {
  it('writes all 20 standard tables, then appends only what changed', async () => {
    const scratch = testScratch();
    const config = scratch.write('target.json', {
      destination_path: scratch.folder,
      do_timestamp_file: false,
    });
    await expectTwoLoads(
      [program('target-jsonl', 'target-jsonl'), '--config', config],
      scratch,
      async (keys) =>
        standardTables.map((table) =>
          jsonlTable(join(scratch.folder, `${table}.jsonl`), keys.get(table) ?? ''),
        ),
    );
  });
});

describe(`target-duckdb ${versionOf('target-duckdb')}, DuckDB ${versionOf('target-duckdb', 'duckdb')}`, () => {
  it('loads all 20 standard tables, then only what changed', async () => {
    const scratch = testScratch();
    const path = join(scratch.folder, 'loaded.duckdb');
    const settings = { path, default_target_schema: 'dynamics365', add_metadata_columns: true };
    const config = scratch.write('target.json', settings);
    await expectTwoLoads([program('target-duckdb', 'target-duckdb'), '--config', config], scratch, () =>
      duckdbTables(program('target-duckdb', 'python'), path, 'dynamics365', standardTables, { filled: true }),
    );
  });
});
