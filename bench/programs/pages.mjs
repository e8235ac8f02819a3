// What the connector is measured against, in the fewest lines that do it: `node pages.mjs PLAN.json`.
// Downloads pages with undici, so many at a time, and
//   discard    unpacks them and throws them away: nothing that has to see every byte can be faster (the floor);
//   stringify  parses each page and writes each row with JSON.stringify, as connectors do (the reference).
// A plan names the pages, or (`follow`) first pages whose links are followed, one page at a time.
import { readFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Agent, request } from 'undici';

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { ready, mode, stream, protocol, concurrency, follow } = plan;
const dispatcher = new Agent();
const unzip = promisify(gunzip);
const token = await signIn();
const waiting = plan.requests.map(({ path, prefer }) => ({ url: `${ready.environment_url}${path}`, prefer }));
const use = { discard: () => {}, stringify }[mode];

await Promise.all(
  Array.from({ length: concurrency }, async () => {
    for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
      const body = await download(page);
      use(body);
      const next = follow ? nextLink(body) : undefined;
      if (next !== undefined) waiting.unshift({ url: next, prefer: page.prefer });
    }
  }),
);
await dispatcher.close();

async function signIn() {
  const { body } = await request(`${ready.authority_host}/${ready.tenant_id}/oauth2/v2.0/token`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: ready.client_id,
      client_secret: ready.client_secret,
      scope: `${ready.environment_url}/.default`,
    }).toString(),
  });
  return (await body.json()).access_token;
}

async function download({ url, prefer }) {
  const { statusCode, headers, body } = await request(url, {
    dispatcher,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'odata-version': '4.0',
      'odata-maxversion': '4.0',
      authorization: `Bearer ${token}`,
      ...(prefer && { prefer }),
    },
  });
  const chunks = [];
  for await (const chunk of body) chunks.push(chunk);
  const packed = Buffer.concat(chunks);
  const plain = headers['content-encoding'] === 'gzip' ? await unzip(packed, roomFor(packed)) : packed;
  if (statusCode !== 200) throw new Error(`${statusCode} ${url}\n${plain}`);
  return plain;
}

/** One buffer of the right size: gzip tells the length at its end. */
function roomFor(packed) {
  return { chunkSize: packed.readUInt32LE(packed.length - 4) + 64 };
}

function stringify(body) {
  const extracted = new Date();
  const lines = JSON.parse(body.toString()).value.map((row) => {
    const record = recordOf(row);
    return protocol === 'singer'
      ? JSON.stringify({ type: 'RECORD', stream, record, time_extracted: extracted.toISOString() })
      : JSON.stringify({ type: 'RECORD', record: { stream, data: record, emitted_at: extracted.getTime() } });
  });
  if (lines.length === 0) return;
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

/** The row without its etag, annotations as columns of their own. */
function recordOf(row) {
  const record = {};
  for (const [name, value] of Object.entries(row)) {
    const at = name.indexOf('@');
    if (at < 0) record[name] = value;
    else if (at > 0)
      record[`${name.slice(0, at)}${name.endsWith('logicalname') ? '_type' : '_label'}`] = value;
  }
  return record;
}

function nextLink(body) {
  const at = body.lastIndexOf('"@odata.nextLink":');
  return at < 0 ? undefined : JSON.parse(body.subarray(at + 18, body.indexOf('"', at + 19) + 1).toString());
}
