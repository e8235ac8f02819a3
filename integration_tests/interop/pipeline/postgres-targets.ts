import type { Scratch } from '../../support/program.ts';
import type { Database } from '../machine/database.ts';
import { connection } from '../machine/database.ts';
import { program } from '../machine/provided.ts';
import { versionOf } from '../machine/python.ts';
import type { Losses } from '../truth/postgres.ts';
import type { Command } from './pipe.ts';

/** A way to load into PostgreSQL: a target with its settings. */
export interface PostgresTarget {
  /** Program and version, for the table at the end. */
  readonly name: string;
  /** What it is known to do to values (docs/targets.md). */
  readonly losses: Losses;
  /** Whether rows that were deleted stay, marked by `_sdc_deleted_at`, or go. */
  readonly deletes: 'marks' | 'removes';
  readonly command: (database: Database, scratch: Scratch) => Command;
}

/** The schema that both load into. */
export const schema = 'dynamics365';

const meltanolabs = 'meltanolabs-target-postgres';
const pipelinewise = 'pipelinewise-target-postgres';

/** MeltanoLabs' target, the usual one in Meltano projects. */
export function meltanolabsTarget(settings: Readonly<Record<string, unknown>> = {}): PostgresTarget {
  return {
    name: [`${meltanolabs} ${versionOf(meltanolabs)}`, ...Object.keys(settings)].join(', '),
    deletes: 'marks',
    losses: settings['use_copy'] === true ? { rounds: true } : {},
    command: (database, scratch) => [
      program(meltanolabs, 'target-postgres'),
      '--config',
      scratch.write('target.json', {
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
    deletes: settings['hard_delete'] === true ? 'removes' : 'marks',
    losses: { escapes: true },
    command: (database, scratch) => [
      program(pipelinewise, 'target-postgres'),
      '--config',
      scratch.write('target.json', {
        ...connection(database),
        dbname: database.name,
        default_target_schema: schema,
        add_metadata_columns: true,
        ...settings,
      }),
    ],
  };
}
