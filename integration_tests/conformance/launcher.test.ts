// The platform's way of starting a connector, emulated: a shell, named pipes, a working directory of its own, uid 1000.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAirbyteOutput } from '../../src/protocol/airbyte/testing/check-line.testing.ts';
import { type Environment, startEnvironment } from '../support/environment.ts';
import type { Message } from '../support/program.ts';
import { configured, eventsOf } from './airbyte.ts';

const root = join(import.meta.dirname, '../..');
/** Airbyte runs connectors as uid 1000; only root may choose. */
const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

let environment: Environment;
let entrypoint: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 3, accounts: 60 } });
  const { folder } = environment.scratch;
  // The image's /airbyte, with our own build for the one in the image.
  const airbyte = join(folder, 'airbyte');
  mkdirSync(airbyte);
  copyFileSync(join(root, 'scripts/entrypoint.sh'), join(airbyte, 'entrypoint.sh'));
  symlinkSync(root, join(airbyte, 'connector'));
  entrypoint = join(airbyte, 'entrypoint.sh');
  chmodSync(entrypoint, 0o755);
  copyFileSync(environment.simulator.ready.ca_file, join(folder, 'ca.pem'));
  chmodSync(folder, 0o755);
  env = {
    PATH: process.env['PATH'],
    AIRBYTE_ENTRYPOINT: entrypoint,
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  };
});
afterAll(() => environment.close());

let folders = 0;
/** A folder as the platform prepares it: read-only input, pipes, and leave to write for the connector's user. */
function source(files: Readonly<Record<string, unknown>>): string {
  folders += 1;
  const folder = join(environment.scratch.folder, `source-${folders}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(content), { mode: 0o444 });
  }
  execFileSync('mkfifo', ['-m', '0666', join(folder, 'stdout'), join(folder, 'stderr')]);
  chmodSync(folder, 0o777);
  return folder;
}

const config = (more: object = {}): unknown =>
  JSON.parse(readFileSync(environment.config({ key_set_directory: undefined, ...more }), 'utf8'));

const catalog = (columns: object): object =>
  configured([
    {
      name: 'accounts',
      json_schema: { type: 'object', properties: columns },
      supported_sync_modes: ['full_refresh'],
    },
  ]);

interface Launched {
  readonly code: number | null;
  /** What the platform finds in the file. */
  readonly exitCode: string;
  readonly messages: readonly Message[];
  readonly stderr: string;
}

/** Runs the launcher in a folder; `onText` sees stdout as it grows, and false from it stops the reading. */
async function launch(
  folder: string,
  args: readonly string[],
  onText: (text: string, launcher: ChildProcess) => boolean = () => true,
): Promise<Launched> {
  const script = join(import.meta.dirname, 'launcher.sh');
  const launcher = spawn('sh', [script, ...args], { cwd: folder, env, stdio: 'ignore', ...user });
  const ended = once(launcher, 'close');
  const pieces: string[] = [];
  const errors: string[] = [];
  const stdout = createReadStream(join(folder, 'stdout'), 'utf8');
  const stderr = createReadStream(join(folder, 'stderr'), 'utf8').on('data', (piece) =>
    errors.push(String(piece)),
  );
  const closed = once(stderr, 'close');
  for await (const piece of stdout) {
    pieces.push(String(piece));
    if (!onText(pieces.join(''), launcher)) break;
  }
  const [code] = (await ended) as [number | null];
  await closed;
  const text = pieces.join('');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return {
    code,
    exitCode: readFileSync(join(folder, 'exitCode.txt'), 'utf8').trim(),
    messages: checkAirbyteOutput(whole),
    stderr: errors.join(''),
  };
}

const files = ['--config', 'connectorConfig.json', '--catalog', 'catalog.json'];

describe('the workload launcher, with named pipes and uid 1000 [A66]', () => {
  it('a good read: exit code 0, the output whole, stderr empty', async () => {
    const folder = source({
      'connectorConfig.json': config(),
      'catalog.json': catalog({ accountid: { type: 'string' }, name: { type: ['null', 'string'] } }),
      'inputState.json': [],
    });
    const args = ['read', ...files, '--state', 'inputState.json'].map((word) =>
      word.endsWith('.json') ? join(folder, word) : word,
    );
    const { code, exitCode, messages, stderr } = await launch(folder, args);
    expect([code, exitCode, stderr]).toEqual([0, '0', '']);
    expect(messages.filter(({ type }) => type === 'RECORD').length).toBeGreaterThanOrEqual(60);
    expect(eventsOf(messages, 'accounts').at(-1)).toBe('COMPLETE');
  });

  it('a failing read: exit code 1, an ERROR trace, stderr empty', async () => {
    const folder = source({
      'connectorConfig.json': config({ client_secret: 'not a secret' }),
      'catalog.json': catalog({}),
    });
    const { code, exitCode, messages, stderr } = await launch(folder, ['read', ...files]);
    expect([code, exitCode, stderr]).toEqual([1, '1', '']);
    expect(messages.filter(({ trace }) => trace?.type === 'ERROR')).toHaveLength(1);
  });

  it('a cancelled read: exit code 143, and no connector that lives on', async () => {
    const folder = source({
      'connectorConfig.json': config({ page_size: 5, max_concurrency: 1 }),
      'catalog.json': catalog({ accountid: { type: 'string' } }),
    });
    let cancelled = false;
    const { code, exitCode, stderr } = await launch(folder, ['read', ...files], (text, launcher) => {
      if (!cancelled && text.includes('"RECORD"')) cancelled = launcher.kill('SIGTERM');
      // The platform goes away with its pipes: what is left of the connector finds nobody to write to.
      return !cancelled;
    });
    expect([code, exitCode, stderr]).toEqual([143, '143', '']);
  });

  it('without an entrypoint: exit code 127', () => {
    const folder = source({});
    const script = join(import.meta.dirname, 'launcher.sh');
    expect(() => execFileSync('sh', [script, 'spec'], { cwd: folder, env: { PATH: env['PATH'] } })).toThrow();
    expect(readFileSync(join(folder, 'exitCode.txt'), 'utf8')).toBe('127\n');
  });

  it.each([
    ['spec', '', 'SPEC'],
    ['check', '--config connectionConfiguration.json', 'CONNECTION_STATUS'],
    ['discover', '--config connectionConfiguration.json', 'CATALOG'],
  ])(
    '%s: its message is in the file that the shell writes, and in none of its own',
    async (verb, flags, type) => {
      const folder = source({ 'connectionConfiguration.json': config({ tables: ['teams'] }) });
      const command = `eval "$AIRBYTE_ENTRYPOINT ${verb} ${flags}" > jobOutput.json`;
      const shell = spawn('sh', ['-c', command], {
        cwd: folder,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
        ...user,
      });
      const errors: Buffer[] = [];
      shell.stderr.on('data', (piece: Buffer) => errors.push(piece));
      const [code] = await once(shell, 'close');
      expect([code, Buffer.concat(errors).toString()]).toEqual([0, '']);
      const output = readFileSync(join(folder, 'jobOutput.json'), 'utf8');
      expect(checkAirbyteOutput(output).map((message) => message['type'])).toEqual([type]);
    },
  );
});
