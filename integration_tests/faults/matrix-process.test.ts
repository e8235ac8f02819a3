// The fault matrix: what other programs do to ours, by every way, in both protocols. The struck runs are real processes.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Connector, createConnector } from '../support/connector.ts';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { columns, nightly } from '../support/nightly.ts';
import { type Way, waysInProtocols } from '../support/ways.ts';
import { change, rows } from './matrix/cell.ts';
import { endings } from './matrix/endings.ts';
import { createReport } from './matrix/report.ts';

const report = createReport('processes');
let environment: Environment;
let connector: Connector;
let asItWas: ReturnType<Environment['simulator']['control']['backup']>;
beforeAll(async () => {
  environment = await startEnvironment({
    only: ['account', 'organization'],
    rows: { '*': 1, accounts: rows },
  });
  connector = createConnector(environment.simulator);
  asItWas = environment.simulator.control.backup();
});
afterEach(() => environment.simulator.control.restore(asItWas));
afterAll(async () => {
  await connector.close();
  await environment.close();
  report.print();
});

/** Requests for the table before a first load is in the middle: a scan of the keys and the edges of the range come first. */
function middleOf({ name }: Way): number {
  return name === 'change tracking, parallel ranges' ? 15 : 5;
}

/** Settings with which a process reads as `nightly` does, and keeps its keys where that one finds them. */
function settingsOf(settings: Readonly<Record<string, unknown>>): string {
  const [, port = ''] = environment.simulator.ready.environment_url.split(':');
  return environment.config({
    environment_url: `localhost:${port}`,
    page_size: 10,
    requests_per_second: 1000,
    columns: { accounts: { include: columns } },
    key_set_directory: connector.folder,
    ...settings,
  });
}

describe.each(endings)('$name', ({ name, end, goesOn, left, outcome }) => {
  it.each(waysInProtocols)('%s, %s', async (wayName, protocol, way) => {
    const { simulator, scratch } = environment;
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, way);
    const catalog = scratch.write('catalog.json', await every.catalog());
    // From the middle on no answer comes to its end, so that the run cannot be over before it is struck.
    const stall = control.addFault({
      on: 'accounts',
      kind: 'stall_mid_body',
      after: middleOf(way),
      times: 'always',
    });
    let seen = '';
    let strikes = 0;
    const run = protocol === 'singer' ? environment.tap : environment.source;
    const struck = await run(['read', '--config', settingsOf(way.settings), '--catalog', catalog], {
      onStdout: (text, child) => {
        seen += text;
        if (strikes > 0 || seen.split('"type":"STATE"').length <= 2) return;
        strikes += 1;
        end(child);
        if (goesOn) control.removeFault(stall);
      },
    });
    if (!goesOn) control.removeFault(stall);
    expect([strikes, struck.code, struck.signal]).toEqual([1, ...Object.values(left(protocol))]);
    every.receive(struck.messages());
    const before = every.destination.rows('accounts').size;
    expect([before > 0, before < rows]).toEqual([true, true]);

    const meanwhile = way.deletes ? change(simulator, true) : 0;
    await every.good();
    // One tracked read sees in its delta, the next run's, what changed since it began.
    if (way.deletes) await every.good();
    every.expectTruth();
    const { received } = every.destination;
    const repeated = Math.max(0, received - every.destination.rows('accounts').size - meanwhile);
    report.add(name, wayName, protocol, { outcome, strikes, repeated });
  });
});
