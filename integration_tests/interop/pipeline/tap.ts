import { join } from 'node:path';
import standard from '../../../catalog/standard-tables.json' with { type: 'json' };
import type { Environment } from '../../support/environment.ts';
import type { Scratch } from '../../support/program.ts';
import { type Command, type PipeRun, pipe } from './pipe.ts';

/** The built tap. */
export const tapBin = join(import.meta.dirname, '..', '..', '..', 'dist', 'bin', 'tap-dynamics365.js');

/** The built Airbyte source. */
export const sourceBin = join(import.meta.dirname, '..', '..', '..', 'dist', 'bin', 'source-dynamics365.js');

/** What the tap reads when it is asked for nothing else: the 20 tables of catalog/standard-tables.json, in their names' order. */
export const standardTables: readonly string[] = standard.map(({ set }) => set).sort();

/** Variables with which programs of Node trust the simulator's certificate. */
export function trust({ simulator }: Environment): Readonly<Record<string, string>> {
  return { NODE_EXTRA_CA_CERTS: simulator.ready.ca_file };
}

/** One load: `tap-dynamics365 --config C [--state S] | target`. `name` is the folder under the scratch for what it writes. */
export function load(
  environment: Environment,
  target: Command,
  scratch: Scratch,
  name: string,
  options: { readonly config: string; readonly state?: string; readonly catalog?: string },
): Promise<PipeRun> {
  const { config, state, catalog } = options;
  const optional = [...(catalog ? ['--catalog', catalog] : []), ...(state ? ['--state', state] : [])];
  const tap: Command = [process.execPath, tapBin, '--config', config, ...optional];
  return pipe(tap, target, join(scratch.folder, name), trust(environment));
}

/** Saves the last state that the target printed, as a scheduler does, and returns the file. */
export function saveState(scratch: Scratch, run: PipeRun): string {
  return scratch.write('state.json', run.states.at(-1) ?? '');
}
