// Ways to unzip a page, which is the floor under every path: `node bench/gunzip.mjs [--rows N] [--runs N] [--json]`.
import { parseArgs } from 'node:util';
import { createGunzip, gunzip, gunzipSync, gzipSync } from 'node:zlib';
import { pageOf } from './page.mjs';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000' },
    runs: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});
const page = pageOf(Number(options.rows), 'none');
const zipped = gzipSync(page);

const whole = (chunkSize) =>
  new Promise((resolve, reject) => {
    gunzip(zipped, chunkSize ? { chunkSize } : {}, (error, plain) =>
      error ? reject(error) : resolve(plain),
    );
  });

/** As a body arrives: in pieces of 64 KiB, put together at the end. */
async function streaming(chunkSize) {
  const stream = createGunzip({ chunkSize });
  for (let at = 0; at < zipped.length; at += 65_536) stream.write(zipped.subarray(at, at + 65_536));
  stream.end();
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

// A gzip body ends with its length before compression (ISIZE, RFC 1952).
const said = zipped.readUInt32LE(zipped.length - 4);
const cases = [
  ['gunzipSync', () => gunzipSync(zipped)],
  ['gunzip, default chunk (16 KiB)', () => whole()],
  ['gunzip, chunk 256 KiB', () => whole(256 << 10)],
  ['gunzip, chunk 1 MiB', () => whole(1 << 20)],
  ['gunzip, chunk = the trailer says', () => whole(said)],
  ['gunzip, chunk = the trailer says + 64', () => whole(said + 64)],
  ['streaming, chunk 64 KiB, concat', () => streaming(64 << 10)],
  ['streaming, chunk 1 MiB, concat', () => streaming(1 << 20)],
  ['two at a time, the trailer says + 64', () => Promise.all([whole(said + 64), whole(said + 64)])],
];

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const walls = cases.map(() => []);
const cpus = cases.map(() => []);
const mains = cases.map(() => []);
for (let run = -2; run < Number(options.runs); run++) {
  for (const [i, [, work]] of cases.entries()) {
    globalThis.gc?.();
    const cpu = process.cpuUsage();
    const idle = performance.eventLoopUtilization();
    const start = performance.now();
    await work();
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    if (run < 0) continue;
    walls[i].push(wall);
    cpus[i].push((user + system) / 1000);
    mains[i].push(performance.eventLoopUtilization(idle).active);
  }
}
const results = cases.map(([name], i) => ({
  name,
  milliseconds: Number(median(walls[i]).toFixed(1)),
  cpuMilliseconds: Number(median(cpus[i]).toFixed(1)),
  mainThreadMilliseconds: Number(median(mains[i]).toFixed(1)),
}));
const about = { megabytes: page.length / 1e6, zippedMegabytes: zipped.length / 1e6, node: process.version };
if (options.json) console.log(JSON.stringify({ ...about, results }));
else {
  console.log(about);
  console.table(Object.fromEntries(results.map(({ name, ...figures }) => [name, figures])));
}
