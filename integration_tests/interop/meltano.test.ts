import { appendFileSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { createScratch, type Scratch } from '../support/program.ts';
import { connection, createDatabase, type Database } from './machine/database.ts';
import { postgres, program } from './machine/provided.ts';
import { versionOf } from './machine/python.ts';
import { output } from './machine/run.ts';
import { schema } from './pipeline/postgres-targets.ts';
import { trust } from './pipeline/tap.ts';
import { serverName } from './pipeline/three-loads.ts';
import { sumOf } from './truth/checksum.ts';
import { postgresTable } from './truth/postgres.ts';
import { truthOf } from './truth/truth.ts';

const root = join(import.meta.dirname, '..', '..');

let environment: Environment;
let scratch: Scratch;
let project: string;
let database: Database;

beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 100 }, seed: 11 });
  scratch = createScratch();
  database = await createDatabase(postgres(), 'meltano');
  project = await createProject();
});
afterAll(async () => {
  await environment.close();
  scratch.close();
});

/** The sample project in a folder of its own, with the packed tap installed as a user installs it. */
async function createProject(): Promise<string> {
  const folder = join(scratch.folder, 'project');
  mkdirSync(folder);
  for (const file of ['meltano.yml', 'tap-dynamics365.yml']) {
    copyFileSync(join(root, 'meltano', file), join(folder, file));
  }
  const packed = await output('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  scratch.write('project/package.json', { private: true });
  await output('npm', ['install', '--silent', '--no-audit', '--no-fund', join(folder, packed.trim())], {
    cwd: folder,
  });
  const { environment_url, authority_host, tenant_id, client_id, client_secret } =
    environment.simulator.ready;
  const { host, port, user, password } = connection(database);
  const settings = {
    TAP_DYNAMICS365_ENVIRONMENT_URL: environment_url,
    TAP_DYNAMICS365_AUTHORITY_HOST: authority_host,
    TAP_DYNAMICS365_TENANT_ID: tenant_id,
    TAP_DYNAMICS365_CLIENT_ID: client_id,
    TAP_DYNAMICS365_CLIENT_SECRET: client_secret,
    TAP_DYNAMICS365_START_DATE: '2000-01-01',
    TAP_DYNAMICS365_KEY_SET_DIRECTORY: folder,
    TARGET_POSTGRES_HOST: host,
    TARGET_POSTGRES_PORT: port,
    TARGET_POSTGRES_USER: user,
    TARGET_POSTGRES_PASSWORD: password,
    TARGET_POSTGRES_DATABASE: database.name,
  };
  appendFileSync(
    join(folder, '.env'),
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return folder;
}

/** Runs a command of Meltano in the project; rejects when it fails. */
function meltano(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  return output(program('meltano', 'meltano'), args, {
    cwd: project,
    env: {
      ...process.env,
      MELTANO_SEND_ANONYMOUS_USAGE_STATS: 'false',
      NO_COLOR: '1',
      ...trust(environment),
      ...env,
    },
  });
}

const run = ['run', 'tap-dynamics365', 'target-postgres'];

/** The state that Meltano keeps for the next run. */
async function savedState(): Promise<{
  readonly bookmarks: Readonly<Record<string, Record<string, unknown>>>;
}> {
  return JSON.parse(await meltano(['state', 'get', 'dev:tap-dynamics365-to-target-postgres'])).singer_state;
}

/** Both selected tables equal the simulator's in their selected columns; `deleted` rows are marked as such. */
async function expectEqual(deleted: { readonly accounts: number; readonly contacts: number }): Promise<void> {
  for (const [table, marked] of Object.entries(deleted)) {
    const loaded = await postgresTable(database, schema, table);
    const truth = sumOf(truthOf(environment, table).rows, loaded.columns);
    expect({ table, ...loaded.sum, deleted: loaded.deleted }).toEqual({ table, ...truth, deleted: marked });
  }
}

/** How many rows of a table were written since the last call for it. */
async function newRows(table: string): Promise<number> {
  const [found] = await database.rows<{ rows: number; last: string }>(
    `select count(*) as rows, max(_sdc_batched_at) as last from ${schema}.${table}
     where _sdc_batched_at > '${lastBatch.get(table) ?? '-infinity'}'`,
  );
  if (found?.last) lastBatch.set(table, found.last);
  return found?.rows ?? 0;
}
const lastBatch = new Map<string, string>();

describe(`meltano ${versionOf('meltano')}, ${serverName()}`, () => {
  it('adds the extractor from the definition that is shipped, and installs the loader', async () => {
    const definition = 'node_modules/tap-dynamics365/meltano/tap-dynamics365.yml';
    await meltano(['add', '--from-ref', definition, 'tap-dynamics365']);
    await meltano(['install']);
    const plugins = readFileSync(join(project, 'meltano.yml'), 'utf8');
    expect(plugins).toContain('executable: node_modules/.bin/tap-dynamics365');
  });

  it('keeps settings that are set with `meltano config set`', async () => {
    await meltano(['config', 'set', 'tap-dynamics365', 'page_size', '30']);
    expect(await meltano(['config', 'list', 'tap-dynamics365'])).toMatch(/^page_size .*current value: 30 /m);
  });

  it('asks the tap what it is', async () => {
    const about = JSON.parse(await meltano(['invoke', 'tap-dynamics365', '--about', '--format=json']));
    expect(about.name).toBe('tap-dynamics365');
    expect(about.capabilities).toContain('log-based');
  });

  it('selects tables and columns', async () => {
    await meltano(['select', 'tap-dynamics365', 'accounts', 'revenue']);
    await meltano(['select', 'tap-dynamics365', 'contacts', '*name']);
    await meltano(['select', 'tap-dynamics365', '--exclude', 'contacts', 'yomi*']);
    const list = await meltano(['select', 'tap-dynamics365', '--list', '--json', '--all']);
    const { streams } = JSON.parse(list) as {
      streams: { stream: string; property: string; selection: string }[];
    };
    const selected = streams.filter(({ selection }) => selection === 'selected');
    const read = selected.map(({ stream, property }) => `${stream}.${property}`);
    expect(read).toEqual(expect.arrayContaining(['accounts.revenue', 'contacts.fullname']));
    expect(read.filter((name) => !/^(accounts\.revenue|contacts\..*name)$/.test(name))).toEqual([]);
    expect(read.filter((name) => name.startsWith('contacts.yomi'))).toEqual([]);
  });

  it('finds the configuration good', async () => {
    expect(await meltano(['config', 'test', 'tap-dynamics365'])).toContain('Plugin configuration is valid');
  });

  it('runs, and keeps a state of both tables', async () => {
    await meltano(run);
    await expectEqual({ accounts: 0, contacts: 0 });
    expect([await newRows('accounts'), await newRows('contacts')]).toEqual([100, 100]);
    const { bookmarks } = await savedState();
    expect(Object.keys(bookmarks)).toEqual(['accounts', 'contacts']);
    expect(bookmarks['accounts']?.['delta_token']).toBeTypeOf('string');
  });

  it('fails when the tap fails, and keeps the state', async () => {
    const { control } = environment.simulator;
    const [first, second] = [...control.rows('accounts')].map((row) => JSON.parse(row)['accountid']);
    control.update('accounts', first, { revenue: '922337203685.4775' });
    control.remove('accounts', second);
    const before = await savedState();
    const wrong = meltano(run, { TAP_DYNAMICS365_CLIENT_SECRET: 'wrong' });
    await expect(wrong).rejects.toThrow(/client secret/i);
    expect(await savedState()).toEqual(before);
  });

  it('brings what changed since the last good run', async () => {
    await meltano(run);
    await expectEqual({ accounts: 1, contacts: 0 });
    expect([await newRows('accounts'), await newRows('contacts')]).toEqual([2, 0]);
  });

  it('loads everything again with --full-refresh, into a state from which the next run goes on', async () => {
    const before = await savedState();
    await meltano(['run', '--full-refresh', 'tap-dynamics365', 'target-postgres']);
    await expectEqual({ accounts: 1, contacts: 0 });
    expect([await newRows('accounts'), await newRows('contacts')]).toEqual([99, 100]);
    const after = await savedState();
    expect(Object.keys(after.bookmarks)).toEqual(Object.keys(before.bookmarks));

    environment.simulator.control.create('contacts', [{ lastname: 'After the refresh' }]);
    await meltano(run);
    await expectEqual({ accounts: 1, contacts: 0 });
    expect([await newRows('accounts'), await newRows('contacts')]).toEqual([0, 1]);
  });
});
