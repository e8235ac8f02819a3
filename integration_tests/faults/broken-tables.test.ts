// Of the 20 standard tables one is forbidden, one is missing and one fails for good: the other seventeen do not suffer.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadScenario } from '../../src/simulator/index.ts';
import { eventsOf } from '../conformance/airbyte.ts';
import { standardTables } from '../conformance/standard.ts';
import { selectAll } from '../support/catalog.ts';
import { createDestination, stateAfter } from '../support/destination.ts';
import { type Environment, startEnvironment, truthOf } from '../support/environment.ts';
import type { Finished, Message } from '../support/program.ts';
import { type ProtocolName, protocols } from '../support/ways.ts';

const [forbidden, missing, failing] = ['incidents', 'leads', 'quotes'];
const fine = standardTables.filter(({ stream }) => ![forbidden, missing, failing].includes(stream));
const keys = Object.fromEntries(standardTables.map(({ stream, key }) => [stream, key]));

const catalogs = new Map<ProtocolName, Message>();
let environment: Environment;
/** The catalogs were made when nothing was broken. */
beforeAll(async () => {
  const whole = await startEnvironment({ rows: { '*': 1 } });
  const args = ['discover', '--config', whole.config({ tables: ['standard'] })];
  for (const protocol of protocols) {
    const { messages, stdout } = await (protocol === 'singer' ? whole.tap(args) : whole.source(args));
    const found =
      protocol === 'singer' ? JSON.parse(stdout) : messages().find(({ catalog }) => catalog)?.['catalog'];
    catalogs.set(protocol, selectAll(protocol, found, false));
  }
  await whole.close();
});
beforeEach(async () => {
  const scenario = loadScenario(join(import.meta.dirname, '..', 'scenarios', 'three-broken-tables.json'));
  environment = await startEnvironment(scenario);
});
afterEach(() => environment.close());
afterAll(() => catalogs.clear());

function read(protocol: ProtocolName, state: unknown): Promise<Finished> {
  const { scratch } = environment;
  // Those who wait long enough for a table that fails for good are tested elsewhere.
  const config = environment.config({ max_wait_seconds: 0 });
  const args = [
    'read',
    '--config',
    config,
    '--catalog',
    scratch.write('catalog.json', catalogs.get(protocol)),
  ];
  if (state !== undefined) args.push('--state', scratch.write('state.json', state));
  return protocol === 'singer' ? environment.tap(args) : environment.source(args);
}

it.each(protocols)(
  'seventeen are complete, the run fails, and the next one goes on: %s',
  async (protocol) => {
    const destination = createDestination(keys);
    const expectTruth = (tables: typeof standardTables): void => {
      for (const { stream, table, key } of tables)
        expect([stream, [...destination.rows(stream).keys()].sort()]).toEqual([
          stream,
          [...truthOf(environment, table, key).keys()].sort(),
        ]);
    };
    const broken = await read(protocol, undefined);
    const messages = broken.messages();
    destination.apply(messages);
    expect(broken.code).toBe(1);
    expect(fine).toHaveLength(17);
    expectTruth(fine);
    for (const stream of [forbidden, missing, failing]) expect(destination.rows(stream ?? '').size).toBe(0);
    if (protocol === 'singer') expectLines(broken.stderr);
    else expectTraces(messages);

    const { control } = environment.simulator;
    control.changeUser({ read: { '*': 'Global' } });
    for (const { id } of control.faults()) control.removeFault(id);
    const mended = await read(protocol, stateAfter(undefined, messages, protocol));
    destination.apply(mended.messages());
    expect(mended.code).toBe(0);
    expectTruth(standardTables.filter(({ stream }) => stream !== missing));
  },
);

/** One ERROR a table that failed, a WARNING for the one that is not there, and last what is not complete. */
function expectLines(stderr: string): void {
  const lines = stderr.split('\n');
  const errors = lines.filter((line) => line.startsWith('ERROR'));
  expect(errors.map((line) => line.split(/[ :]+/)[1]).sort()).toEqual([forbidden, failing]);
  expect(errors.find((line) => line.includes(forbidden))).toMatch(/prvReadincident/i);
  expect(stderr).toMatch(/^WARNING .*leads is not installed in this environment: 0 records/m);
  const critical = lines.findIndex((line) => line.startsWith('CRITICAL'));
  const last = lines.slice(critical).join('\n');
  expect(last).toMatch(/^CRITICAL 2 streams are not complete/);
  for (const stream of [forbidden, failing]) expect(last).toContain(`${stream}: `);
  expect(last).not.toMatch(/^(ERROR|WARNING|INFO)/m);
}

/** The platform retries by the earliest ERROR trace: what time may mend stands before what only people can. */
function expectTraces(messages: readonly Message[]): void {
  const endOf = (stream: string): string | undefined =>
    eventsOf(messages, stream)
      .filter((event) => event !== 'ERROR')
      .at(-1);
  for (const { stream } of fine) expect([stream, endOf(stream)]).toEqual([stream, 'COMPLETE']);
  expect(eventsOf(messages, missing ?? '')).toEqual(['STARTED', 'RUNNING', 'STATE', 'COMPLETE']);
  expect([endOf(forbidden ?? ''), endOf(failing ?? '')]).toEqual(['INCOMPLETE', 'INCOMPLETE']);
  const errors = messages.filter(({ trace }) => trace?.type === 'ERROR').map(({ trace }) => trace);
  expect(errors.map(({ error }) => [error.stream_descriptor?.name ?? 'the run', error.failure_type])).toEqual(
    [
      [failing, 'transient_error'],
      [forbidden, 'config_error'],
      ['the run', 'transient_error'],
    ],
  );
  const times = errors.map((trace) => trace.emitted_at);
  expect(times[0]).toBeLessThan(times[1]);
  expect(times[1]).toBeLessThan(times[2]);
  const { message } = errors.at(-1)?.error ?? {};
  expect(message).toMatch(/^2 streams did not sync: (incidents, quotes|quotes, incidents)\./);
}
