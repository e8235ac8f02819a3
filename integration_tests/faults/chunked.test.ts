// Answers whose length is not told beforehand, which break off besides: nothing tells that but their own end.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type FaultKind, type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type Connector, createConnector } from '../support/connector.ts';
import { nightly } from '../support/nightly.ts';
import { waysInProtocols } from '../support/ways.ts';
import { change } from './matrix/cell.ts';

const faults: readonly FaultKind[] = [
  { kind: 'reset_mid_body' },
  { kind: 'close_mid_body' },
  { kind: 'truncated_gzip' },
];

let simulator: Simulator;
let connector: Connector;
let asItWas: ReturnType<Simulator['control']['backup']>;
beforeAll(async () => {
  simulator = await startSimulator({ only: ['account', 'organization'], rows: { '*': 1, accounts: 300 } });
  simulator.control.setSwitches({ bodyLength: 'chunked' });
  connector = createConnector(simulator);
  asItWas = simulator.control.backup();
});
afterEach(() => {
  simulator.control.clearFaults();
  simulator.control.restore(asItWas);
});
afterAll(async () => {
  await connector.close();
  await simulator.close();
});

it.each(waysInProtocols)(
  '%s, %s: chunked answers that break off are asked for again',
  async (_, protocol, way) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, way, { pageSize: 80, maxConcurrency: 4 });
    for (const [after, fault] of faults.entries()) control.addFault({ ...fault, on: 'accounts', after });
    await every.good();
    every.expectTruth();
    expect(control.faults().map(({ strikes }) => strikes)).toEqual([1, 1, 1]);

    change(simulator, way.deletes);
    if (way.full) every.state = undefined;
    await every.good();
    every.expectTruth();
  },
);
