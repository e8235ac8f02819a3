import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../machine/simulator.ts';
import type { Command } from './pipe.ts';

const bins = join(import.meta.dirname, '..', '..', '..', 'dist', 'bin');

export const tapBin = join(bins, 'tap-dynamics365.js');
export const sourceBin = join(bins, 'source-dynamics365.js');

/** The 20 tables of catalog/standard-tables.json are what the tap reads when it is asked for nothing else. */
export { default as standardTables } from '../../../catalog/standard-tables.json' with { type: 'json' };

/** Writes a JSON file into a folder, which is made if need be, and returns its path. */
export function writeJson(folder: string, name: string, content: unknown): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content, undefined, 2));
  return path;
}

/** A config of the connector for a simulator: all rows, however old, and key files of its own. */
export function configFor(
  environment: Environment,
  folder: string,
  settings: Readonly<Record<string, unknown>> = {},
): string {
  return writeJson(folder, 'config.json', {
    ...environment.config,
    anchor_date: '2000-01-01',
    key_set_directory: folder,
    ...settings,
  });
}

/** `tap-dynamics365 --config C [--state S]`, as a shell would run it. */
export function tapCommand(config: string, ...args: readonly string[]): Command {
  return [process.execPath, tapBin, '--config', config, ...args];
}
