import { inject } from 'vitest';
import type { Cluster } from './postgres.ts';
import { inEnvironment } from './python.ts';

/** The PostgreSQL server of this run. Throws why there is none. */
export function postgres(): Cluster {
  const cluster = inject('postgres');
  if (typeof cluster === 'string') throw new Error(`No PostgreSQL: ${cluster}`);
  return cluster;
}

/** Path of a program of an installed environment. Throws why the environment is not there. */
export function program(environment: string, name: string): string {
  const failure = inject('missing')[environment];
  if (failure !== undefined) throw new Error(`${environment} could not be installed: ${failure}`);
  return inEnvironment(environment, name);
}
