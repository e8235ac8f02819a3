// The fault matrix: connections that cannot be made, by every way, in both protocols.
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { waysInProtocols } from '../support/ways.ts';
import { playCell, rows } from './matrix/cell.ts';
import { type Breakable, breakable, connectionFaults } from './matrix/connections.ts';
import { createReport } from './matrix/report.ts';

const report = createReport('connections');
let simulator: Simulator;
let asItWas: ReturnType<Simulator['control']['backup']>;
let stranger: Simulator;
let way: Breakable;
beforeAll(async () => {
  simulator = await startSimulator({ only: ['account', 'organization'], rows: { '*': 1, accounts: rows } });
  stranger = await startSimulator({ only: ['account'] });
  asItWas = simulator.control.backup();
});
// Connections that were made and not used must not outlive a cell.
beforeEach(async () => {
  way = await breakable(simulator, stranger);
});
afterEach(async () => {
  await way.close();
  simulator.control.restore(asItWas);
});
afterAll(async () => {
  await simulator.close();
  await stranger.close();
  report.print();
});

describe.each(connectionFaults)('$name', (fault) => {
  it.each(waysInProtocols)('%s, %s', async (name, protocol, how) => {
    simulator.control.clearRequests();
    const { connector } = way;
    const shown = await playCell({ simulator, connector, protocol, way: how }, fault, way.begin(fault));
    report.add(fault.name, name, protocol, shown);
  });
});
