import type { TestProject } from 'vitest/node';
import { type Cluster, startCluster } from './machine/postgres.ts';
import { environmentNames, installEnvironments } from './machine/python.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The running PostgreSQL, or why there is none. */
    postgres: Cluster | string;
    /** Why an environment could not be installed, by name. */
    missing: Record<string, string>;
  }
}

/** Installs the real targets and tools, and starts PostgreSQL, once for all test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('missing', Object.fromEntries(await installEnvironments(environmentNames())));
  try {
    const { cluster, stop } = await startCluster();
    project.provide('postgres', cluster);
    return stop;
  } catch (error) {
    project.provide('postgres', String(error));
    return async () => {};
  }
}
