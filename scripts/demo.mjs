// The main job against the bundled simulator: the 20 standard tables, read once in full, changed a little, read again.
// Runs on a fresh clone by itself: installs, builds, starts the simulator, and cleans up after itself.
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'demo-output');
const bin = (name) => join(root, 'dist', 'bin', `${name}.js`);

execFileSync(process.execPath, [join(root, 'scripts', 'setup.mjs')], { cwd: root, stdio: ['ignore', 2, 2] });
rmSync(out, { recursive: true, force: true });
mkdirSync(out);

console.log('\n1. Starting a Dataverse environment of our own: the bundled simulator.');
const simulator = await startSimulator(['--prebuilt', '--rows', 'accounts=10000,contacts=10000']);
const config = join(out, 'config.json');
const { environment_url, tenant_id, client_id, client_secret, authority_host } = simulator.ready;
writeFileSync(
  config,
  JSON.stringify(
    {
      environment_url,
      tenant_id,
      client_id,
      client_secret,
      authority_host,
      tables: ['standard'],
      anchor_date: '2000-01-01T00:00:00Z',
      requests_per_second: 100,
    },
    null,
    2,
  ),
);
console.log(`   ${environment_url}; configuration: ${relative(config)}`);

try {
  console.log('\n2. Reading everything: tap-dynamics365 --config config.json > first.ndjson');
  const first = await read('first.ndjson', ['--config', config]);
  summarise(first);

  console.log('\n3. In the environment: two accounts change, a contact is deleted, a lead is new.');
  await changeAFewRows(simulator.ready, first);

  const state = join(out, 'state.json');
  writeFileSync(state, JSON.stringify(first.state));
  console.log('\n4. Reading again from the state: only what changed.');
  const second = await read('second.ndjson', ['--config', config, '--state', state]);
  summarise(second);
  console.log('\nThe messages are in demo-output/. Next: README.md, "Into PostgreSQL".');
} finally {
  simulator.process.kill('SIGTERM');
}

async function startSimulator(args) {
  const child = spawn(process.execPath, [bin('dataverse-simulator'), '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout }))
    return { process: child, ready: JSON.parse(line) };
  throw new Error('The simulator ended before it was ready.');
}

async function read(name, args) {
  const file = join(out, name);
  const target = createWriteStream(file);
  await new Promise((resolve) => target.once('open', resolve));
  const started = performance.now();
  const child = spawn(process.execPath, [bin('tap-dynamics365'), ...args], {
    stdio: ['ignore', target, process.stderr.isTTY ? 'inherit' : 'pipe'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: simulator.ready.ca_file },
  });
  const log = [];
  if (child.stderr) for await (const line of createInterface({ input: child.stderr })) log.push(line);
  const code = await new Promise((resolve) =>
    child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode),
  );
  if (code !== 0) throw new Error(`tap-dynamics365 ended with ${code}:\n${log.slice(-5).join('\n')}`);
  return {
    ...(await tally(file)),
    file,
    seconds: (performance.now() - started) / 1000,
    table: summaryOf(log),
  };
}

/** The closing table that the program logs. */
function summaryOf(log) {
  const from = log.findLastIndex((line) => line.includes('stream') && line.includes('strategy'));
  return from < 0
    ? []
    : log
        .slice(from)
        .filter((line) => line.startsWith('INFO ') && !line.startsWith('INFO METRIC'))
        .map((line) => line.slice(5));
}

async function tally(file) {
  const { default: ndjson } = await import('ndjson');
  const rows = new Map();
  const keys = new Map();
  let state;
  for await (const message of createReadStream(file).pipe(ndjson.parse())) {
    if (message.type === 'SCHEMA') keys.set(message.stream, message.key_properties[0]);
    if (message.type === 'STATE') state = message.value;
    if (message.type !== 'RECORD') continue;
    const known = rows.get(message.stream) ?? { rows: 0, deleted: 0, samples: [] };
    if (known.samples.length < 2) known.samples.push(message.record[keys.get(message.stream)]);
    if (message.record.is_deleted) known.deleted += 1;
    else known.rows += 1;
    rows.set(message.stream, known);
  }
  return { rows, state };
}

function summarise({ table, rows, seconds, file }) {
  for (const line of table) console.log(`   ${line}`);
  const total = [...rows.values()].reduce((sum, each) => sum + each.rows, 0);
  const deleted = [...rows.values()].reduce((sum, each) => sum + each.deleted, 0);
  if (table.length === 0)
    for (const [stream, each] of rows)
      console.log(
        `   ${stream.padEnd(24)} ${String(each.rows).padStart(8)} rows ${String(each.deleted).padStart(6)} deletes`,
      );
  const megabytes = statSync(file).size / 1e6;
  console.log(
    `   ${total.toLocaleString('en-US')} rows and ${deleted} deletes in ${seconds.toFixed(1)} s, start-up and sign-in included: ${megabytes.toFixed(0)} MB in ${relative(file)}`,
  );
}

async function changeAFewRows({ control_url }, { rows }) {
  const send = async (method, path, body) => {
    const answer = await fetch(`${control_url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const [one, two] = rows.get('accounts').samples;
  await send('PATCH', `/rows/account/${one}`, { name: 'Contoso Demonstrations' });
  await send('PATCH', `/rows/account/${two}`, { revenue: 250000.5 });
  await send('DELETE', `/rows/contact/${rows.get('contacts').samples[0]}`);
  await send('POST', '/rows/lead', { subject: 'Seen at the demo', lastname: 'Lovelace' });
}

function relative(path) {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
