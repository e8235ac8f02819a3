import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installFromDebian } from './debian.ts';
import { output, works } from './run.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const requirements = join(import.meta.dirname, '..', 'requirements');
const cache = join(root, '.venv-interop');

/** Python releases that every pinned package installs on: PyAirbyte wants less than 3.13. */
const pythons = ['python3.11', 'python3.12', 'python3.10', 'python3', 'python'];

/** Names of all environments: the files of requirements/. */
export function environmentNames(): readonly string[] {
  return readdirSync(requirements).map((file) => file.replace(/\.txt$/, ''));
}

/** Path of a program in an environment. */
export function inEnvironment(environment: string, program: string): string {
  return join(cache, environment, 'bin', program);
}

/** The pinned version of a package, for the table at the end of a run. */
export function versionOf(environment: string, name = environment): string {
  const line = readFileSync(join(requirements, `${environment}.txt`), 'utf8')
    .split('\n')
    .find((pin) => spelling(pin.split('==')[0] ?? '') === spelling(name));
  if (line === undefined) throw new Error(`requirements/${environment}.txt does not pin ${name}`);
  return line.split('==')[1] ?? '';
}

function spelling(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/**
 * Installs the environments that are missing or whose requirements have changed, two at a time. Returns what went wrong,
 * by environment: one index that does not answer must not take the other tests down.
 */
export async function installEnvironments(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const python = await findPython();
  const failures = new Map<string, string>();
  const waiting = names.filter((name) => !isInstalled(name, python));
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      console.error(`Installing ${name} ${versionOf(name, mainPackage(name))} from PyPI ...`);
      await install(name, python).catch((error: Error) => failures.set(String(name), error.message));
    }
  };
  await Promise.all([worker(), worker()]);
  return failures;
}

/** The package an environment is named after; `airbyte-models` holds two of Airbyte's. */
function mainPackage(environment: string): string {
  return environment === 'airbyte-models' ? 'airbyte-protocol-models-pdv2' : environment;
}

async function findPython(): Promise<string> {
  const check = 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))';
  const candidates = process.env['INTEROP_PYTHON'] ? [process.env['INTEROP_PYTHON']] : pythons;
  for (const candidate of candidates) if (await works(candidate, ['-c', check])) return withVenv(candidate);
  throw new Error('The interop tests need Python 3.10 to 3.12 (INTEROP_PYTHON may name one).');
}

/** Debian ships Python without the parts that `venv` needs. */
async function withVenv(python: string): Promise<string> {
  if (!(await works(python, ['-c', 'import ensurepip, venv']))) {
    await installFromDebian(['python3-venv'], `${python} has no venv module.`);
  }
  return python;
}

function isInstalled(name: string, python: string): boolean {
  const stamp = join(cache, name, '.requirements');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(name, python);
}

function fingerprint(name: string, python: string): string {
  const text = readFileSync(join(requirements, `${name}.txt`), 'utf8');
  return createHash('sha256').update(`${python}\n${text}`).digest('hex');
}

async function install(name: string, python: string): Promise<void> {
  const directory = join(cache, name);
  const list = join(requirements, `${name}.txt`);
  const flags = /^# pip: (.+)$/m.exec(readFileSync(list, 'utf8'))?.[1]?.split(' ') ?? [];
  rmSync(directory, { recursive: true, force: true });
  await output(python, ['-m', 'venv', directory]);
  await output(inEnvironment(name, 'python'), ['-m', 'pip', 'install', '--quiet', ...flags, '-r', list]);
  writeFileSync(join(directory, '.requirements'), fingerprint(name, python));
}
