// The programs that are compared: the peers, and ours once for each protocol.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { program } from '../harness/simulator.mjs';
import { inEnvironment, versionOf } from './environments.mjs';

const nodeHook = pathToFileURL(join(import.meta.dirname, '..', 'harness', 'usage-hook.mjs')).href;
const pythonHook = join(import.meta.dirname, 'hook');

/**
 * @typedef {{
 *   name: string,
 *   protocol: 'singer' | 'airbyte',
 *   package?: string,                                        of a peer: its name on PyPI
 *   command: readonly string[],                              the program, and words that go before all others
 *   discover: readonly string[],
 *   read: readonly string[],
 *   streamOf: (table: { table: string, set: string }) => string,
 *   env: (simulator: object) => Record<string, string>,
 *   settings: (ready: object) => object,                     its configuration
 *   full?: boolean,                                          false: reads for the first time, to go on with changes
 * }} Program
 */

/** Where the hook (hook/sitecustomize.py) sends the peers. */
const pythonEnv = ({ ready }) => ({
  PYTHONPATH: pythonHook,
  BENCH_PEERS_AUTHORITY: ready.authority_host,
  BENCH_PEERS_TENANT: ready.tenant_id,
  BENCH_PEERS_CA: ready.ca_file,
});

/** @type {readonly Program[]} */
export const peers = [
  {
    name: `tap-ms-dynamics ${versionOf('tap-ms-dynamics')}`,
    protocol: 'singer',
    package: 'tap-ms-dynamics',
    command: [inEnvironment('tap-ms-dynamics', 'tap-ms-dynamics')],
    discover: ['--discover'],
    read: [],
    streamOf: ({ table }) => table,
    env: pythonEnv,
    settings: (ready) => ({
      start_date: '2000-01-01T00:00:00Z',
      organization_uri: ready.environment_url,
      user_agent: 'bench:peers',
      client_id: ready.client_id,
      client_secret: ready.client_secret,
      redirect_uri: 'https://localhost',
      refresh_token: "nobody's",
      max_pagesize: 5000,
    }),
  },
  {
    name: `airbyte-source-microsoft-dataverse ${versionOf('airbyte-source-microsoft-dataverse')}`,
    protocol: 'airbyte',
    package: 'airbyte-source-microsoft-dataverse',
    command: [inEnvironment('airbyte-source-microsoft-dataverse', 'source-microsoft-dataverse')],
    discover: ['discover'],
    read: ['read'],
    streamOf: ({ table }) => table,
    env: pythonEnv,
    settings: (ready) => ({
      url: ready.environment_url,
      tenant_id: ready.tenant_id,
      client_id: ready.client_id,
      client_secret_value: ready.client_secret,
      odata_maxpagesize: 5000,
    }),
  },
];

/** The programs of this package. `settings` are added to their configuration. */
export function ours(protocol, name, settings) {
  const bin = { singer: 'tap-dynamics365', airbyte: 'source-dynamics365' }[protocol];
  return {
    name,
    protocol,
    command: [process.execPath, '--import', nodeHook, program(bin)],
    discover: ['discover'],
    read: ['read'],
    streamOf: ({ set }) => set,
    env: ({ env }) => env,
    settings: ({ environment_url, authority_host, tenant_id, client_id, client_secret }) => ({
      ...{ environment_url, authority_host, tenant_id, client_id, client_secret },
      anchor_date: '2000-01-01T00:00:00Z',
      requests_per_second: 100_000,
      ...settings,
    }),
  };
}
