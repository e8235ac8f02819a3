import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installFromDebian } from './debian.ts';
import { output, works } from './run.ts';

/** A PostgreSQL server of our own. `programs` is the folder of psql and its kin. */
export interface Cluster {
  readonly port: number;
  readonly programs: string;
  readonly version: string;
}

/** The only user of the throw-away cluster; it needs no password. */
export const postgresUser = 'interop';

/**
 * Starts a PostgreSQL server with a data folder of its own under the temporary folder, on the loopback address and a
 * free port, and returns how to end and remove it. Clusters that exist already are not touched.
 */
export async function startCluster(): Promise<{
  readonly cluster: Cluster;
  readonly stop: () => Promise<void>;
}> {
  const programs = await findPrograms();
  const owner = await unprivilegedUser();
  const directory = mkdtempSync(join(tmpdir(), 'interop-postgres-'));
  if (owner) chownSync(directory, owner.uid, owner.gid);
  const data = join(directory, 'data');
  const initialise = ['-D', data, '-U', postgresUser, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'];
  await output(join(programs, 'initdb'), initialise, { cwd: directory, ...owner });

  const port = await freePort();
  const settings = [
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', directory],
    ['fsync', 'off'],
    ['synchronous_commit', 'off'],
    ['full_page_writes', 'off'],
  ].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    cwd: directory,
    stdio: 'ignore',
    ...owner,
  });
  const stop = async () => {
    await end(server);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(programs, port, server);
    const version = await output(join(programs, 'postgres'), ['--version']);
    return { cluster: { port, programs, version: /\d+(\.\d+)?/.exec(version)?.[0] ?? version }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function findPrograms(): Promise<string> {
  const found = await installedPrograms();
  if (found) return found;
  await installFromDebian(
    ['postgresql'],
    'The interop tests need a PostgreSQL server (initdb, postgres, psql).',
  );
  const installed = await installedPrograms();
  if (!installed) throw new Error('PostgreSQL was installed, but its initdb cannot be found.');
  return installed;
}

/** Debian keeps the server's programs away from PATH, in one folder a major version. */
async function installedPrograms(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const folders = existsSync(debian)
    ? readdirSync(debian)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(debian, version, 'bin'))
    : [];
  const named = await output('pg_config', ['--bindir']).then(
    (folder) => [folder.trim()],
    () => [],
  );
  return [...folders, ...named].find((folder) =>
    ['initdb', 'postgres', 'psql'].every((program) => existsSync(join(folder, program))),
  );
}

/** PostgreSQL refuses to run as root: then the package's own user, else whoever is nobody. */
async function unprivilegedUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const user = (await works('id', ['postgres'])) ? 'postgres' : 'nobody';
  const [uid, gid] = [await output('id', ['-u', user]), await output('id', ['-g', user])];
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilReady(programs: string, port: number, server: ChildProcess): Promise<void> {
  const question = [
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    postgresUser,
    '-d',
    'postgres',
    '-c',
    'select 1',
  ];
  for (let attempt = 0; attempt < 150; attempt++) {
    if (await works(join(programs, 'psql'), question)) return;
    if (server.exitCode !== null) break;
    await delay(200);
  }
  throw new Error(`PostgreSQL did not start on port ${port}.`);
}

/** SIGINT is PostgreSQL's fast shutdown: it ends its sessions and its own children. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
}
