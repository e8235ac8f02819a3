import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../packaging/build-image.ts';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { type Message, messagesOf } from '../support/program.ts';
import { launch } from './pipeline/launcher.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'image-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the image, without Docker', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  let airbyte = '';

  it('is built by the steps of the Dockerfile', () => {
    airbyte = join(buildImage(dockerfile, root, scratch), 'airbyte');
    expect(existsSync(join(airbyte, 'connector/dist/bin/source-dynamics365.js'))).toBe(true);
  });

  it('holds production dependencies alone', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ) as {
      dependencies: object;
      devDependencies: object;
    };
    const installed = (name: string) => existsSync(join(airbyte, 'connector/node_modules', name));
    expect(Object.keys(dependencies).filter((name) => !installed(name))).toEqual([]);
    expect(Object.keys(devDependencies).filter(installed)).toEqual([]);
  });

  it('answers spec from its entrypoint, started as Airbyte starts it', () => {
    const env = { PATH: process.env['PATH'] ?? '', AIRBYTE_ENTRYPOINT: join(airbyte, 'entrypoint.sh') };
    const stdout = execFileSync('sh', ['-c', 'eval "$AIRBYTE_ENTRYPOINT spec"'], {
      cwd: tmpdir(),
      env,
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toMatchObject({ type: 'SPEC' });
  });

  describe('launched as on Kubernetes: shell form, named pipes, uid 1000, files that can only be read [A66]', () => {
    let environment: Environment;
    beforeAll(async () => {
      environment = await startEnvironment({ rows: { '*': 0, accounts: 3000 } });
    });
    afterAll(() => environment.close());

    const columns = { accountid: { type: 'string' }, name: { type: ['null', 'string'] } };
    const stream = {
      name: 'accounts',
      json_schema: { type: 'object', properties: columns },
      supported_sync_modes: ['full_refresh'],
    };
    const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }] };
    const start = (settings: Readonly<Record<string, unknown>>, onStdout?: Parameters<typeof launch>[4]) => {
      const { ca_file, control_url, ...config } = environment.simulator.ready;
      chmodSync(dirname(ca_file), 0o755);
      chmodSync(scratch, 0o755);
      const folder = mkdtempSync(join(scratch, 'launch-'));
      const files = { config: { ...config, page_size: 500, ...settings }, catalog };
      return launch(
        join(airbyte, 'entrypoint.sh'),
        folder,
        files,
        { NODE_EXTRA_CA_CERTS: ca_file },
        onStdout,
      );
    };

    it('writes exit code 0 for a good run, and loses no line', async () => {
      const run = await start({});
      expect({ exit: run.exit, stderr: run.stderr }).toEqual({ exit: '0', stderr: '' });
      const ids = messagesOf(run.stdout).flatMap(({ record }) => record?.data.accountid ?? []);
      expect(new Set(ids).size).toBe(3000);
      expect(statusesOf(messagesOf(run.stdout))).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
    });

    it('writes exit code 1 for a failing run, with the trace before it', async () => {
      const run = await start({ client_secret: 'wrong' });
      expect({ exit: run.exit, stderr: run.stderr }).toEqual({ exit: '1', stderr: '' });
      const traces = messagesOf(run.stdout).filter(({ type }) => type === 'TRACE');
      expect(traces.map(({ trace }) => trace.error?.failure_type)).toContain('config_error');
    });

    it('ends by SIGTERM with a state that covers all that was sent', async () => {
      let killed = false;
      const run = await start({ max_concurrency: 1, requests_per_second: 2 }, (text, shell) => {
        if (!killed && text.includes('"type":"STATE"')) killed = shell.kill('SIGTERM');
      });
      const messages = messagesOf(run.stdout);
      expect({ exit: run.exit, stderr: run.stderr }).toEqual({ exit: '143', stderr: '' });
      expect(run.stdout.endsWith('\n')).toBe(true);
      expect(recordsOf(messages)).toBeLessThan(3000);
      const states = messages.filter(({ type }) => type === 'STATE');
      const covered = states.reduce((sum, { state }) => sum + state.sourceStats.recordCount, 0);
      expect(covered).toBe(recordsOf(messages));
      expect(statusesOf(messages)).not.toContain('COMPLETE');
    });
  });
});

function recordsOf(messages: readonly Message[]): number {
  return messages.filter(({ type }) => type === 'RECORD').length;
}

/** The statuses of the stream, each once. */
function statusesOf(messages: readonly Message[]): readonly string[] {
  const statuses = messages.flatMap(({ trace }) => trace?.stream_status?.status ?? []);
  return [...new Set(statuses)];
}
