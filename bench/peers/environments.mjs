// The virtual environments of the peers: one each, because their requirements exclude each other.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = join(import.meta.dirname, 'requirements');
const cache = join(import.meta.dirname, '..', '..', '.venv-peers');

/** Python releases that both peers install on: neither has packages for a newer one. */
const pythons = ['python3.11', 'python3.10', 'python3'];

/** Path of a program in a peer's environment. */
export const inEnvironment = (peer, program) => join(cache, peer, 'bin', program);

/** The pinned version of a peer. */
export const versionOf = (peer) => /==(\S+)/.exec(readFileSync(listOf(peer), 'utf8'))?.[1];

/** Installs a peer from PyPI unless that has been done; fails with what pip says. */
export async function install(peer, tell) {
  const python = await findPython();
  const stamp = join(cache, peer, '.requirements');
  const wanted = createHash('sha256')
    .update(python)
    .update(readFileSync(listOf(peer)))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  tell(`installing ${peer} ${versionOf(peer)} from PyPI with ${python}`);
  rmSync(join(cache, peer), { recursive: true, force: true });
  await run(python, ['-m', 'venv', join(cache, peer)]);
  await run(inEnvironment(peer, 'python'), ['-m', 'pip', 'install', '--quiet', '-r', listOf(peer)]);
  writeFileSync(stamp, wanted);
}

const listOf = (peer) => join(requirements, `${peer}.txt`);

async function findPython() {
  const candidates = process.env.PEERS_PYTHON ? [process.env.PEERS_PYTHON] : pythons;
  const check = 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 12))';
  for (const candidate of candidates) {
    const works = await run(candidate, ['-c', check]).then(
      () => true,
      () => false,
    );
    if (works) return candidate;
  }
  throw new Error('The peers need Python 3.10 or 3.11 with its venv module (PEERS_PYTHON may name one).');
}
