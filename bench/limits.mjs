// Reading under the service protection limits: `npm run build && node bench/limits.mjs`.
// 20 tables of 200,000 rows from a server that refuses what is above the documented limits. Server and client share a clock
// that runs faster than ours, so that minutes pass in seconds; sockets, compression and the client are the real ones.
// Bars: 90 % of the ceiling that the execution time allows, at most 1 % of the requests refused.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { createClient } from '../dist/dataverse/client.js';

const scale = 10;
const tables = 20;
const pages = 40;
const seconds = 4;
const bars = { share: 0.9, refused: 0.01 };

const server = fork(new URL('limited-server.mjs', import.meta.url), [
  JSON.stringify({ scale, pages, seconds, hint: 48 }),
]);
const [port] = await once(server, 'message');

const startedAt = Date.now();
/** Our clock, `scale` times as fast. */
const clock = {
  now: () => startedAt + (Date.now() - startedAt) * scale,
  sleep: (milliseconds, signal) => sleep(milliseconds / scale, undefined, { signal }),
  timer: (milliseconds, expired) => {
    const timeout = setTimeout(expired, milliseconds / scale);
    return { refresh: () => timeout.refresh(), cancel: () => clearTimeout(timeout) };
  },
};

const waits = new Map();
const config = {
  environmentHost: '127.0.0.1',
  environmentOrigin: `http://127.0.0.1:${port}`,
  requestsPerSecond: 15,
  maxConcurrency: undefined,
  budgetPercent: 100,
  maxWaitSeconds: 3_600,
  requestTimeoutSeconds: 180,
};
const client = await createClient(config, {
  log: { log() {}, metric() {} },
  onWait: (_stream, _seconds, reason) => waits.set(reason, (waits.get(reason) ?? 0) + 1),
  clock,
  tokens: { token: async () => 'x', refresh: async () => 'x' },
  dispatcher: new Agent(),
});

/** Reads a table by its links, as one that is tracked has to be read: page after page. */
async function readTable(name) {
  let url = `${name}?page=0`;
  let rows = 0;
  while (url !== undefined) {
    const { body, release } = await client.get({ url, stream: name, prefer: ['odata.maxpagesize=5000'] });
    const page = JSON.parse(body.toString());
    release();
    rows += page.value.length;
    url = page['@odata.nextLink'];
  }
  return rows;
}

const from = clock.now();
const read = await Promise.all(Array.from({ length: tables }, (_, place) => readTable(`table${place}`)));
const took = (clock.now() - from) / 1000;
server.send('tally');
const [tally] = await once(server, 'message');
await client.close();
server.kill();

/**
 * The least time that so much execution time takes under the limit: 1,200 s at once at the start of each 300 s, the rest
 * in the last of them with 20 tables at a time.
 */
const windows = Math.floor(tally.executed / 1_200);
const ceiling = windows * 300 + (tally.executed - windows * 1_200) / Math.min(tables, 48);
const rows = read.reduce((sum, count) => sum + count, 0);
const share = ceiling / took;
const refused = tally.refused / (tally.refused + tally.answered);
const minutes = (value) => `${(value / 60).toFixed(1)} min`;
console.log(
  `read       ${rows.toLocaleString('en-US')} rows, ${tally.answered} pages of ${seconds} s on average`,
);
console.log(
  `ceiling    ${minutes(ceiling)}, that is ${Math.round(rows / ceiling).toLocaleString('en-US')} rows/s`,
);
console.log(`took       ${minutes(took)}, that is ${Math.round(rows / took).toLocaleString('en-US')} rows/s`);
console.log(`share      ${(share * 100).toFixed(1)} % of the ceiling (bar: ${bars.share * 100} %)`);
console.log(
  `refused    ${tally.refused} requests, ${(refused * 100).toFixed(2)} % (bar: ${bars.refused * 100} %)`,
);
for (const [reason, count] of waits) console.log(`waited     ${count} times: ${reason}`);
if (rows !== tables * pages * 5_000 || share < bars.share || refused > bars.refused) process.exitCode = 1;
