import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { measure } from './measure.mjs';
import { program } from './simulator.mjs';

const requestsHook = pathToFileURL(join(import.meta.dirname, 'requests-hook.mjs')).href;
const pages = join(import.meta.dirname, '..', 'programs', 'pages.mjs');
const bins = { singer: 'tap-dynamics365', airbyte: 'source-dynamics365' };

/**
 * One read by the connector, as words for node and variables: what a person would type.
 *
 * @typedef {{ protocol: 'singer' | 'airbyte', args: string[], env: Record<string, string> }} Read
 * @param {object} simulator as startSimulator gives it
 * @param {{ protocol?: 'singer' | 'airbyte', settings: object }} what `settings` of the connector, `tables` among them
 * @returns {Promise<Read>}
 */
export async function readOf(simulator, { protocol = 'singer', settings }) {
  const config = simulator.config(settings);
  const { env } = simulator;
  const command = [program(bins[protocol]), 'read', '--config', config];
  if (protocol === 'singer') return { protocol, args: command, env };
  return { protocol, args: [...command, '--catalog', await configuredCatalog(simulator, config)], env };
}

/** Everything that the connector discovers, to be read in full. */
async function configuredCatalog(simulator, config) {
  const found = join(simulator.folder, 'discovered.ndjson');
  await measure([program(bins.airbyte), 'discover', '--config', config], {
    env: simulator.env,
    output: found,
  });
  const messages = readFileSync(found, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const { catalog } = messages.find(({ type }) => type === 'CATALOG');
  return simulator.file({
    streams: catalog.streams.map((stream) => ({
      stream,
      sync_mode: 'full_refresh',
      destination_sync_mode: 'overwrite',
    })),
  });
}

/** Measures a read. `options` as of `measure`. */
export const measureRead = ({ args, env }, options = {}) => measure(args, { ...options, env });

/** The requests for rows that a read makes, in the order in which they were sent. It is run once to see them. */
export async function requestsOf(simulator, { args, env }) {
  const file = join(simulator.folder, 'requests.json');
  await measure(['--import', requestsHook, ...args], { env: { ...env, BENCH_REQUESTS: file } });
  const all = JSON.parse(readFileSync(file, 'utf8'));
  const pageRequests = all.filter(({ prefer }) => prefer?.includes('odata.maxpagesize'));
  return { pages: pageRequests, others: all.length - pageRequests.length };
}

/**
 * Measures a program that downloads the same pages, as many at a time (see programs/pages.mjs).
 *
 * @param {{ mode: 'discard' | 'stringify', requests: readonly object[], concurrency: number, protocol?: string, follow?: boolean }} plan
 */
export function measurePages(simulator, plan, options = {}) {
  const file = simulator.file({ ready: simulator.ready, stream: 'accounts', protocol: 'singer', ...plan });
  return measure([pages, file], { ...options, env: simulator.env });
}
