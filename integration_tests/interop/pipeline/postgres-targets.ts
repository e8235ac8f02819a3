import type { Database } from '../machine/database.ts';
import { connection } from '../machine/database.ts';
import { program } from '../machine/provided.ts';
import { versionOf } from '../machine/python.ts';
import type { Losses } from '../truth/postgres.ts';
import { writeJson } from './connector.ts';
import type { Command } from './pipe.ts';

/** A way to load into PostgreSQL: a target with its settings. */
export interface PostgresTarget {
  /** Program and version, for the table at the end. */
  readonly name: string;
  /** What it is known to do to values (docs/targets.md). */
  readonly losses: Losses;
  readonly command: (database: Database, folder: string) => Command;
}

/** The schema that all of them load into. */
export const schema = 'dynamics365';

const meltanolabs = 'meltanolabs-target-postgres';
const pipelinewise = 'pipelinewise-target-postgres';

/** MeltanoLabs' target, the usual one in Meltano projects. */
export function meltanolabsTarget(settings: Readonly<Record<string, unknown>> = {}): PostgresTarget {
  return {
    name: [`${meltanolabs} ${versionOf(meltanolabs)}`, ...Object.keys(settings)].join(', '),
    losses: settings['use_copy'] === true ? { rounds: true } : {},
    command: (database, folder) => [
      program(meltanolabs, 'target-postgres'),
      '--config',
      writeJson(folder, 'target.json', {
        ...connection(database),
        database: database.name,
        default_target_schema: schema,
        ...settings,
      }),
    ],
  };
}

/** PipelineWise's target. */
export function pipelinewiseTarget(settings: Readonly<Record<string, unknown>> = {}): PostgresTarget {
  return {
    name: [`${pipelinewise} ${versionOf(pipelinewise)}`, ...Object.keys(settings)].join(', '),
    losses: { escapes: true },
    command: (database, folder) => [
      program(pipelinewise, 'target-postgres'),
      '--config',
      writeJson(folder, 'target.json', {
        ...connection(database),
        dbname: database.name,
        default_target_schema: schema,
        add_metadata_columns: true,
        ...settings,
      }),
    ],
  };
}
