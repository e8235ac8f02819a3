// A PostgreSQL of its own and MeltanoLabs' target-postgres, installed and started as the interop tests do it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './typescript.mjs';

const machine = '../../integration_tests/interop/machine';
const { startCluster } = await import(`${machine}/postgres.ts`);
const { connection, createDatabase } = await import(`${machine}/database.ts`);
const { inEnvironment, installEnvironments, versionOf } = await import(`${machine}/python.ts`);

const target = 'meltanolabs-target-postgres';
const schema = 'dynamics365';

/**
 * Starts it. `load` runs a shell command's loader into an empty database: it calls `run` with the command to pipe into, and
 * tells afterwards how many rows of `table` arrived.
 */
export async function startWarehouse() {
  const failures = await installEnvironments([target]);
  for (const [name, why] of failures) throw new Error(`${name} could not be installed: ${why}`);
  const { cluster, stop } = await startCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bench-warehouse-'));
  let databases = 0;
  return {
    name: `${target} ${versionOf(target)}, PostgreSQL ${cluster.version}`,
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
    async load(table, run) {
      databases += 1;
      const database = await createDatabase(cluster, `bench${databases}`);
      const config = join(folder, `target-${databases}.json`);
      writeFileSync(
        config,
        JSON.stringify({
          ...connection(database),
          database: database.name,
          default_target_schema: schema,
        }),
      );
      const usage = await run(`'${inEnvironment(target, 'target-postgres')}' --config '${config}'`);
      return { usage, rows: Number(await database.value(`select count(*) from ${schema}.${table}`)) };
    },
  };
}
