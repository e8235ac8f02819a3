import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { program } from './machine/provided.ts';
import { versionOf } from './machine/python.ts';
import { output } from './machine/run.ts';
import { testScratch } from './machine/scratch.ts';
import { type Arrived, changeRows } from './pipeline/changes.ts';
import { sourceBin, standardTables, trust } from './pipeline/tap.ts';
import { compare, equal, type LoadedTable } from './truth/compare.ts';
import { duckdbTables } from './truth/duckdb.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 40, accounts: 1100 }, seed: 5 });
});
afterAll(() => environment.close());

describe(`airbyte (PyAirbyte) ${versionOf('airbyte')}, DuckDB ${versionOf('airbyte', 'duckdb')}`, () => {
  it('checks, discovers and reads all 20 standard tables into its cache, then what changed', async () => {
    const scratch = testScratch();
    const config = environment.config({
      page_size: 500,
      tables: ['standard'],
      key_set_directory: scratch.folder,
    });
    const cache = join(scratch.folder, 'cache.duckdb');
    const read = async () => {
      const script = join(import.meta.dirname, 'python', 'pyairbyte_read.py');
      const options = { cwd: scratch.folder, env: { ...process.env, ...trust(environment) } };
      const printed = await output(program('airbyte', 'python'), [script, sourceBin, config, cache], options);
      return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as {
        available: string[];
        processed: number;
      };
    };
    const expectEqual = async (marked: ReadonlyMap<string, Arrived>) => {
      const loaded = await duckdbTables(program('airbyte', 'python'), cache, 'dynamics365', standardTables);
      for (const [place, table] of standardTables.entries()) {
        const found = await compare(environment, table, loaded[place] as LoadedTable);
        expect(found).toEqual(equal(found, marked.get(table)?.deletes));
      }
    };

    const first = await read();
    expect(first.available).toEqual(standardTables);
    await expectEqual(new Map());

    const changed = changeRows(environment);
    const second = await read();
    await expectEqual(changed);
    const messages = [...changed.values()].reduce((sum, { records, deletes }) => sum + records + deletes, 0);
    expect(second.processed).toBe(messages);
  });
});
