// Faults before the first row: while the metadata is read. They pass as those of rows do.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type Connector, createConnector } from '../support/connector.ts';
import { nightly } from '../support/nightly.ts';
import { ways } from '../support/ways.ts';
import { serviceFaults } from './matrix/faults.ts';

let simulator: Simulator;
let connector: Connector;
beforeAll(async () => {
  simulator = await startSimulator({ rows: { '*': 1, accounts: 12 } });
  connector = createConnector(simulator);
});
afterEach(() => {
  for (const { id } of simulator.control.faults()) simulator.control.removeFault(id);
  simulator.control.clearRequests();
});
afterAll(async () => {
  await connector.close();
  await simulator.close();
});

const [way] = ways;
const places = ['$metadata', 'EntityDefinitions', 'RetrieveMetadataChanges', 'token'];
/** What does not apply: XML is no JSON, a sign-in is not compressed, has no token yet, and waits by the computer's clock. */
const elsewhere: Readonly<Record<string, RegExp>> = {
  $metadata: /^JSON/,
  token: /^JSON|^gzip|^401|stalls|no answer/,
};

describe.each(places)('%s', (on) => {
  it.each(serviceFaults.filter(({ name, fatal }) => !fatal && !elsewhere[on]?.test(name)))(
    '$name',
    async ({ kind, single }) => {
      const every = nightly(simulator, connector, 'singer', way);
      await every.catalog();
      simulator.control.addFault({ ...kind, on, times: single ? 1 : 2 });
      await every.good();
      expect(simulator.control.faults().map(({ strikes }) => strikes)).toEqual([single ? 1 : 2]);
      every.expectTruth();
    },
  );
});
