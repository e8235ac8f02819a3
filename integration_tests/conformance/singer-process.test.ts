// How the tap behaves as a process: its flags, its two outputs, its signals and its ends (docs/singer.md, 1 to 12).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSingerOutput } from '../../src/protocol/singer/testing/check-line.testing.ts';
import { type Environment, startEnvironment, truthOf } from '../support/environment.ts';
import { type Finished, type Message, messagesOf } from '../support/program.ts';
import { slowly, throughFifo } from './reader.ts';
import { lastState, schemasIn } from './singer.ts';

const tables = ['teams', 'tasks'];

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 3, accounts: 60 } });
});
afterAll(() => environment.close());

const streamsIn = (catalog: string): readonly string[] =>
  JSON.parse(catalog).streams.map(({ stream }: Message) => stream);

describe('configuration', () => {
  it('of several files: later ones win, setting by setting; --config=F and -c F are alike [S1]', async () => {
    const first = environment.config({ tables: ['accounts'] });
    const second = environment.scratch.write('second.json', { tables });
    const found = await Promise.all([
      environment.tap([`--config=${first}`, '-c', second, '--discover']),
      environment.tap(['-d', '-c', second, `--config=${first}`]),
    ]);
    expect(found.map(({ stdout }) => streamsIn(stdout))).toEqual([[...tables].sort(), ['accounts']]);
  });

  it('from the environment and the nearest .env file: the environment wins over it, and over files [S1]', async () => {
    const { environment_url, authority_host, tenant_id, client_id, client_secret } =
      environment.simulator.ready;
    const folder = join(environment.scratch.folder, 'project', 'within');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, '..', '.env'),
      `TAP_DYNAMICS365_ENVIRONMENT_URL=${environment_url}\nTAP_DYNAMICS365_AUTHORITY_HOST=${authority_host}\n` +
        `TAP_DYNAMICS365_CLIENT_SECRET=${client_secret}\nTAP_DYNAMICS365_TABLES='["leads"]'\n`,
    );
    const file = environment.scratch.write('tables.json', { tables: ['quotes'], tenant_id });
    const { code, stdout } = await environment.tap(['--config', 'ENV', '--config', file, '--discover'], {
      cwd: folder,
      env: { TAP_DYNAMICS365_CLIENT_ID: client_id, TAP_DYNAMICS365_TABLES: JSON.stringify(tables) },
    });
    expect([code, streamsIn(stdout)]).toEqual([0, [...tables].sort()]);
  });

  it('with start_date is one with anchor_date', async () => {
    const config = environment.config({
      anchor_date: undefined,
      start_date: '2001-02-03',
      tables: ['teams'],
    });
    expect((await environment.tap(['--config', config])).stderr).toContain('2001-02-03T00:00:00Z');
  });

  it('names no folder for keys, and there is no temporary one: a warning, and success', async () => {
    const config = environment.config({ tables: ['teams'], key_set_directory: undefined });
    const { code, stderr } = await environment.tap(['--config', config], { env: { TMPDIR: '/dev/null' } });
    expect([code, stderr.match(/^WARNING .*key_set_directory.*$/gm)?.length]).toEqual([0, 1]);
  });
});

describe('informational flags', () => {
  it.each([
    [['--version'], /^\d+\.\d+\.\d+\n$/],
    [['--config', '/no/such', '--catalog', '/no/such', '--about', '--format=json'], /^\{\n.*"capabilities"/s],
    [['--format=markdown', '--about'], /^# `tap-dynamics365`/],
    [['--about'], /^Name: tap-dynamics365\n/],
    [['--discover', '--state', '/no/such', '--help'], /--catalog/],
  ])('win over everything, and need no configuration: %j [S2, S12]', async (args, says) => {
    const { code, stdout, stderr } = await environment.tap(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(says);
    expect(stdout).not.toContain(environment.simulator.ready.client_secret);
  });
});

it('the capabilities that are advertised are those that are tested [S52]', async () => {
  const { stdout } = await environment.tap(['--about', '--format=json']);
  expect(JSON.parse(stdout).capabilities).toEqual(
    // singer-streams.test.ts, and here; read.test.ts (changes and deletes); runs.test.ts; here.
    ['catalog', 'discover', 'state', 'about', 'test', 'log-based', 'activate-version', 'structured-logging'],
  );
});

describe('--test', () => {
  const counts = ({ stdout }: Finished) =>
    checkSingerOutput(stdout).map(({ type, stream }) => `${type} ${stream}`);

  it.each([
    ['--test', ['RECORD tasks', 'RECORD teams', 'SCHEMA tasks', 'SCHEMA teams']],
    ['--test=all', ['RECORD tasks', 'RECORD teams', 'SCHEMA tasks', 'SCHEMA teams']],
    ['--test=schema', ['SCHEMA tasks', 'SCHEMA teams']],
  ])('%s tries every stream [S2]', async (flag, expected) => {
    const finished = await environment.tap(['--config', environment.config({ tables }), flag]);
    expect([finished.code, [...counts(finished)].sort()]).toEqual([0, expected]);
  });
});

describe('a catalog', () => {
  it('of 5 MB arrives whole at a slow reader, in short lines [S5, S6]', async () => {
    const wide = await startEnvironment({ rows: { '*': 1 } });
    try {
      for (const { table } of wide.simulator.control.tables().slice(0, 12)) {
        for (let place = 0; place < 500; place++) {
          const options = [{ value: 1, label: 'One' }];
          wide.simulator.control.addColumn(table, { name: `new_Choice${place}`, type: 'choice', options });
        }
      }
      const chunks: Buffer[] = [];
      const config = wide.config({ labels: 'all', tables: ['*'] });
      const piped = await throughFifo(wide, 'tap-dynamics365', ['--config', config, '--discover'], (output) =>
        slowly(output, (chunk) => chunks.push(chunk)),
      );
      const text = Buffer.concat(chunks).toString();
      expect([piped.code, piped.stderr]).toEqual([0, '']);
      expect(text.length).toBeGreaterThan(5_000_000);
      expect(text.split('\n').filter((line) => Buffer.byteLength(line) >= 65_536)).toEqual([]);
      expect(streamsIn(text)).toContain('accounts');
    } finally {
      await wide.close();
    }
  });
});

describe('a reader that goes away', () => {
  it('ends the run quickly, without a stack, and not in success [S9]', async () => {
    const config = environment.config({ tables: ['accounts'], page_size: 10 });
    const piped = await throughFifo(environment, 'tap-dynamics365', ['--config', config], async (output) => {
      for await (const _ of output) break;
    });
    expect(piped.code).toBe(1);
    expect(piped.stderr).not.toMatch(/^\s+at |EPIPE/m);
    expect(piped.stderr.split('\n').filter((line) => !/^[A-Z]+ |^$/.test(line))).toEqual([]);
  });
});

describe('SIGTERM', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'in the middle of a read (%s, twice): a last state from which the next run goes on, and success [S10, S40]',
    async (signal) => {
      const config = environment.config({ tables: ['accounts'], page_size: 5, max_concurrency: 1 });
      let text = '';
      let stoppedAt = 0;
      let signals = 0;
      const stopped = await environment.tap(['--config', config], {
        onStdout: (piece, child) => {
          text += piece;
          const read = messagesOf(text).filter(({ type }) => type === 'RECORD').length;
          // Twice: one that arrives when Node is already leaving would end it by the signal itself.
          if (read < 10 || signals === 2) return;
          stoppedAt ||= Date.now();
          signals += 1;
          child.kill(signal);
        },
      });
      expect([stopped.code, Date.now() - stoppedAt < 2000]).toEqual([0, true]);
      const before = checkSingerOutput(stopped.stdout) as readonly Message[];
      expect(before.at(-1)).toMatchObject({ type: 'STATE', value: { currently_syncing: 'accounts' } });
      expect(stopped.stderr).not.toMatch(/^(ERROR|CRITICAL) /m);

      const state = environment.scratch.write('stopped.json', lastState(before));
      const rest = await environment.tap(['--config', config, '--state', state]);
      const after = checkSingerOutput(rest.stdout) as readonly Message[];
      const ids = (messages: readonly Message[]) =>
        messages.filter(({ type }) => type === 'RECORD').map(({ record }) => String(record.accountid));
      expect(ids(before).length).toBeLessThan(60);
      expect(new Set([...ids(before), ...ids(after)])).toEqual(
        new Set(truthOf(environment, 'account', 'accountid').keys()),
      );
    },
  );
});

describe('a state', () => {
  it('may be a log of several lines, of which the last complete one counts; other bookmarks pass through [S42]', async () => {
    const config = environment.config({ tables });
    const first = await environment.tap(['--config', config]);
    const states = first
      .messages()
      .filter(({ type }) => type === 'STATE')
      .map(({ value }) => value);
    const kept = { elsewhere: { replication_key: 'id', replication_key_value: 7 } };
    const lines = states.map((value) =>
      JSON.stringify({ ...value, bookmarks: { ...value.bookmarks, ...kept }, mine: 1 }),
    );
    const log = environment.scratch.write('states.jsonl', `${lines.join('\n')}\n${lines[0]?.slice(0, 40)}`);
    const second = await environment.tap(['--config', config, '--state', log]);
    expect(second.messages().filter(({ type }) => type === 'RECORD')).toEqual([]);
    expect([...schemasIn(second.messages()).keys()].sort()).toEqual([...tables].sort());
    expect(lastState(second.messages())).toMatchObject({ bookmarks: kept, mine: 1, currently_syncing: null });
  });
});

describe('logs', () => {
  it("follow Meltano's logging file: structured, at its level [S49]", async () => {
    const config = environment.config({ tables });
    const logging = environment.scratch.write('logging.json', {
      version: 1,
      formatters: { structured: { '()': 'singer_sdk.logging.StructuredFormatter' } },
      handlers: { console: { class: 'logging.StreamHandler', formatter: 'structured' } },
      root: { level: 'DEBUG', handlers: ['console'] },
    });
    const { code, stderr } = await environment.tap(['--config', config], {
      env: { SINGER_SDK_LOG_CONFIG: logging },
    });
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Message);
    expect(code).toBe(0);
    for (const line of lines) {
      expect(line).toMatchObject({
        level: expect.any(String),
        pid: expect.any(Number),
        message: expect.any(String),
      });
      expect(Object.keys(line)).toEqual(
        expect.arrayContaining(['logger_name', 'ts', 'thread_name', 'app_name', 'stream_name', 'extra']),
      );
    }
    expect(new Set(lines.map(({ level }) => level))).toContain('debug');
    expect(lines.filter(({ message }) => message === 'METRIC').length).toBeGreaterThan(tables.length);
  });

  it.each([
    ['TAP_DYNAMICS365_LOGLEVEL', 'ERROR'],
    ['LOGLEVEL', 'error'],
  ])('are as loud as %s says [S49]', async (name, level) => {
    const finished = await environment.tap(['--config', environment.config({ tables })], {
      env: { [name]: level },
    });
    expect([finished.code, finished.stderr]).toEqual([0, '']);
  });

  it('in the environment of a developer are log lines alone, even of Node itself [S4]', async () => {
    const { code, stderr } = await environment.tap(['--config', environment.config({ tables: ['teams'] })], {
      env: {
        NODE_OPTIONS: '--experimental-vm-modules --pending-deprecation',
        NODE_TLS_REJECT_UNAUTHORIZED: '1',
      },
    });
    expect([code, stderr.split('\n').filter((line) => !/^(INFO|WARNING) |^$/.test(line))]).toEqual([0, []]);
  });
});
