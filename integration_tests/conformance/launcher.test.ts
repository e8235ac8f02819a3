// The platform's way of starting a connector, without its image: a shell, pipes, a working directory of its own, uid 1000.
// integration_tests/interop/image.test.ts does the same with the image.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAirbyteOutput } from '../../src/protocol/airbyte/testing/check-line.testing.ts';
import { launch } from '../interop/pipeline/launcher.ts';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { configured, eventsOf } from './airbyte.ts';

const root = join(import.meta.dirname, '../..');
/** Airbyte runs connectors as uid 1000; only root may choose. */
const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

let environment: Environment;
let folder: string;
let entrypoint: string;
let ca: string;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 3, accounts: 60 } });
  folder = environment.scratch.folder;
  chmodSync(folder, 0o755);
  // The image's /airbyte, with our own build for the one in the image.
  mkdirSync(join(folder, 'airbyte'));
  symlinkSync(root, join(folder, 'airbyte', 'connector'));
  entrypoint = join(folder, 'airbyte', 'entrypoint.sh');
  copyFileSync(join(root, 'scripts/entrypoint.sh'), entrypoint);
  chmodSync(entrypoint, 0o755);
  ca = join(folder, 'ca.pem');
  copyFileSync(environment.simulator.ready.ca_file, ca);
});
afterAll(() => environment.close());

/** A folder that everybody may write to. */
function workingFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  chmodSync(path, 0o777);
  return path;
}

function configOf(settings: object): unknown {
  const path = environment.config({ key_set_directory: undefined, ...settings });
  return JSON.parse(readFileSync(path, 'utf8'));
}

describe('launched by a shell, as uid 1000, in a folder of its own [A4, A66]', () => {
  it('read ends with 0 in the exit file, its output whole and stderr empty', async () => {
    const properties = { accountid: { type: 'string' }, name: { type: ['null', 'string'] } };
    const stream = { name: 'accounts', json_schema: { type: 'object', properties } };
    const files = { config: configOf({}), catalog: configured([stream], 'full_refresh') };
    const { exit, stdout, stderr } = await launch(entrypoint, workingFolder('read'), files, {
      NODE_EXTRA_CA_CERTS: ca,
    });
    expect([exit, stderr]).toEqual(['0', '']);
    const events = eventsOf(checkAirbyteOutput(stdout), 'accounts');
    expect(events.filter((event) => event === 'RECORD').length).toBeGreaterThanOrEqual(60);
    expect(events.at(-1)).toBe('COMPLETE');
  });

  it.each([
    ['spec', '', 'SPEC'],
    ['check', '--config connectionConfiguration.json', 'CONNECTION_STATUS'],
    ['discover', '--config connectionConfiguration.json', 'CATALOG'],
  ])('%s leaves its message in the file that the shell writes', async (verb, flags, type) => {
    const cwd = workingFolder(verb);
    environment.scratch.write(join(verb, 'connectionConfiguration.json'), configOf({ tables: ['teams'] }));
    const shell = spawn('sh', ['-c', `eval "$AIRBYTE_ENTRYPOINT ${verb} ${flags}" > jobOutput.json`], {
      cwd,
      env: { PATH: process.env['PATH'], AIRBYTE_ENTRYPOINT: entrypoint, NODE_EXTRA_CA_CERTS: ca },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    const [[code], stderr] = await Promise.all([once(shell, 'close'), text(shell.stderr)]);
    expect([code, stderr]).toEqual([0, '']);
    const output = readFileSync(join(cwd, 'jobOutput.json'), 'utf8');
    // How long change-tracking tokens are kept is told on the way.
    const results = checkAirbyteOutput(output).filter((message) => message['type'] !== 'LOG');
    expect(results.map((message) => message['type'])).toEqual([type]);
  });
});
