// Preloaded by `node --import` into the connector: when it ends, writes the requests it made to the file in BENCH_REQUESTS,
// so that another program can make the very same ones.
import diagnostics from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

const requests = [];

diagnostics.subscribe('undici:request:create', ({ request }) => {
  requests.push({ method: request.method, path: request.path, prefer: headerOf(request.headers, 'prefer') });
});

process.on('exit', () => writeFileSync(process.env.BENCH_REQUESTS, JSON.stringify(requests)));

/** undici keeps headers as a flat list of names and values. */
function headerOf(headers, name) {
  const at = headers.findIndex((entry, index) => index % 2 === 0 && String(entry).toLowerCase() === name);
  return at < 0 ? undefined : String(headers[at + 1]);
}
