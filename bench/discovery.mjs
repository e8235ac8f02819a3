// Discovery of a large organisation: `npm run build && node bench/discovery.mjs`.
// 1,500 tables of 60 attributes on average, 20 of them with 300, from a server that answers after 50 ms, at the default 15
// requests a second. Bars: under 60 s, under 300 MB resident, an Airbyte catalog of less than 10 MB.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'undici';
import { streamsOf } from '../dist/catalog/streams.js';
import { createClient } from '../dist/dataverse/client.js';
import { discover } from '../dist/dataverse/metadata/discover.js';
import { airbyte } from '../dist/protocol/airbyte/airbyte.js';

const bars = { seconds: 60, megabytes: 300, catalog: 10 };

const server = fork(new URL('organisation-server.mjs', import.meta.url), [JSON.stringify({})]);
const [port] = await once(server, 'message');

const log = { log: (level, message) => level !== 'debug' && console.error(level, message), metric() {} };

/** Our own client and its limits, without a sign-in. */
const client = await createClient(
  {
    environmentHost: '127.0.0.1',
    environmentOrigin: `http://127.0.0.1:${port}`,
    requestsPerSecond: 15,
    maxConcurrency: undefined,
    budgetPercent: 100,
    maxWaitSeconds: 60,
    requestTimeoutSeconds: 60,
    secrets: [],
  },
  { log, tokens: { token: async () => 'x', refresh: async () => 'x' }, dispatcher: new Agent() },
);

let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);
const from = performance.now();
const { tables, excluded } = await discover(client, { tables: ['*'], excludeTables: [] }, log);
const seconds = (performance.now() - from) / 1000;
const options = {
  labels: 'none',
  lookupTypes: true,
  choicesFormat: 'string',
  columns: {},
  includeBinary: false,
};
const streams = streamsOf(tables, options);
const catalog = airbyte.catalog(streams).length / 1e6;
peak = Math.max(peak, process.memoryUsage.rss());
clearInterval(watch);
await client.close();
server.kill();

const columns = streams.reduce((sum, stream) => sum + stream.columns.length, 0);
const megabytes = peak / 1e6;
console.log(`found      ${streams.length} streams, ${columns} columns; ${excluded.length} sets left out`);
console.log(`requests   ${client.requests}`);
console.log(`time       ${seconds.toFixed(1)} s (bar: ${bars.seconds})`);
console.log(`resident   ${megabytes.toFixed(0)} MB at most (bar: ${bars.megabytes})`);
console.log(`catalog    ${catalog.toFixed(1)} MB as an Airbyte message (bar: ${bars.catalog})`);
process.exitCode = seconds < bars.seconds && megabytes < bars.megabytes && catalog < bars.catalog ? 0 : 1;
