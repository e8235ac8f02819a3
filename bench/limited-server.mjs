// A service with the documented limits of one web server, for bench/limits.mjs: in any 300 s, 6,000 requests and 1,200 s of
// execution time, and 52 requests at a time ("Service protection API limits"). Time runs `scale` times as fast as ours.
// GET /<table>?page=n answers 5,000 rows and the link to the next page. Sends its port, later its tally, to its parent.
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const { scale, pages, seconds, hint } = JSON.parse(process.argv[2]);
const started = Date.now();
const now = () => ((Date.now() - started) * scale) / 1000;
const window = 300;
const spent = [];
let used = 0;
let underWay = 0;
let closedUntil = 0;
let penalties = 0;
const tally = { answered: 0, refused: 0, executed: 0 };

const rows = Array.from({ length: 5_000 }, (_, place) => ({ '@odata.etag': 'W/"1"', accountid: place }));
const body = (next) =>
  gzipSync(JSON.stringify({ value: rows, ...(next && { '@odata.nextLink': next }) }), { level: 1 });
const middle = new Map();
let random = 42;

const server = createServer((request, response) => {
  const at = now();
  while (spent.length > 0 && spent[0].at <= at - window) used -= spent.shift().took;
  const code = refusal(at);
  if (code !== undefined) {
    tally.refused += 1;
    penalties += 1;
    const wait =
      code === '0x80072326' ? 2 : Math.ceil(Math.max((spent[0]?.at ?? at) + window - at, 1)) + 10 * penalties;
    closedUntil = Math.max(closedUntil, at + wait);
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(wait) });
    response.end(JSON.stringify({ error: { code, message: 'Limit exceeded.' } }));
    return;
  }
  penalties = 0;
  underWay += 1;
  // A page costs what it should on average, give or take a half.
  random = (random * 48271) % 2147483647;
  const took = seconds * (0.5 + random / 2147483647);
  setTimeout(
    () => {
      underWay -= 1;
      used += took;
      spent.push({ at: now(), took });
      tally.answered += 1;
      tally.executed += took;
      const [, table, page] = /\/(\w+)\?page=(\d+)$/.exec(request.url);
      const next = Number(page) + 1 < pages ? `${table}?page=${Number(page) + 1}` : undefined;
      if (!middle.has(next)) middle.set(next, body(next && `/api/data/v9.2/${next}`));
      response.writeHead(200, {
        'content-type': 'application/json; odata.metadata=minimal',
        'content-encoding': 'gzip',
        'x-ms-dop-hint': String(hint),
        'x-ms-ratelimit-time-remaining-xrm-requests': Math.max(0, 1_200 - used).toLocaleString('en-US'),
      });
      response.end(middle.get(next));
    },
    (took * 1000) / scale,
  );
});

function refusal(at) {
  if (at < closedUntil) return '0x80072321';
  if (spent.length >= 6_000) return '0x80072322';
  if (used > 1_200) return '0x80072321';
  return underWay >= 52 ? '0x80072326' : undefined;
}

process.on('message', () => process.send(tally));
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
