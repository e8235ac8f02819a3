// The fault matrix: faults of the service and of its answers, by every way, in both protocols.
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type Connector, createConnector } from '../support/connector.ts';
import { waysInProtocols } from '../support/ways.ts';
import { type Begin, playCell, rows } from './matrix/cell.ts';
import { serviceFaults } from './matrix/faults.ts';
import { createReport } from './matrix/report.ts';

const report = createReport('the service');
afterAll(report.print);

let simulator: Simulator;
let asItWas: ReturnType<Simulator['control']['backup']>;
let connector: Connector;
beforeAll(async () => {
  simulator = await startSimulator({ only: ['account', 'organization'], rows: { '*': 1, accounts: rows } });
  connector = createConnector(simulator);
  asItWas = simulator.control.backup();
});
afterAll(async () => {
  await connector.close();
  await simulator.close();
});

afterEach(() => {
  const { control } = simulator;
  for (const { id } of control.faults()) control.removeFault(id);
  control.restore(asItWas);
  control.clearRequests();
});

describe.each(serviceFaults)('$name', ({ kind, ...nature }) => {
  const begin: Begin = (times, after) => {
    const { control } = simulator;
    const id = control.addFault({ ...kind, on: 'accounts', times, after });
    return {
      strikes: () => control.faults().find((fault) => fault.id === id)?.strikes ?? 0,
      end: () => void control.removeFault(id),
    };
  };

  it.each(waysInProtocols)('%s, %s', async (way, protocol, how) => {
    const shown = await playCell({ simulator, connector, protocol, way: how }, nature, begin);
    report.add(nature.name, way, protocol, shown);
  });
});
