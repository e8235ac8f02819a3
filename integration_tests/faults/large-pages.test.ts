// Answers that are too large, for the server or for the way: pages are made smaller, and no row is lost on the way there.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FaultKind, type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type Connector, createConnector } from '../support/connector.ts';
import { nightly } from '../support/nightly.ts';
import { waysInProtocols } from '../support/ways.ts';
import { change } from './matrix/cell.ts';

const faults: readonly { readonly name: string; readonly kind: FaultKind }[] = [
  {
    name: 'run into the time limit of the database',
    kind: { kind: 'status', status: 500, code: '0x80044151' },
  },
  { name: 'break off', kind: { kind: 'reset_mid_body' } },
];

let simulator: Simulator;
let connector: Connector;
let asItWas: ReturnType<Simulator['control']['backup']>;
beforeAll(async () => {
  simulator = await startSimulator({ only: ['account', 'organization'], rows: { '*': 1, accounts: 300 } });
  connector = createConnector(simulator);
  asItWas = simulator.control.backup();
});
afterEach(() => {
  const { control } = simulator;
  for (const { id } of control.faults()) control.removeFault(id);
  control.restore(asItWas);
  control.clearRequests();
});
afterAll(async () => {
  await connector.close();
  await simulator.close();
});

describe.each(faults)('answers of more than 30 rows that $name', ({ kind }) => {
  it.each(waysInProtocols)('%s, %s', async (_, protocol, way) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, way, { pageSize: 80, maxConcurrency: 4 });
    // The first pages come; it begins in the middle.
    control.addFault({ ...kind, on: 'accounts', pageSizeOver: 30, after: 2, times: 'always' });
    const { log } = await every.good();
    every.expectTruth();
    expect(control.faults()[0]?.strikes).toBeGreaterThan(0);
    expect(log.filter(({ text }) => text.includes('going on with pages of 20 rows'))).toHaveLength(1);
    expect(every.destination.received).toBeLessThan(600);

    change(simulator, way.deletes);
    if (way.full) every.state = undefined;
    await every.good();
    every.expectTruth();
  });
});
