import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type Connector, createConnector } from '../support/connector.ts';
import { nightly } from '../support/nightly.ts';
import { waysInProtocols } from '../support/ways.ts';
import { change, expectLoud, rows } from './matrix/cell.ts';
import { emptyDisk, fillDisk, keySetsIn } from './matrix/full-disk.ts';
import { createReport } from './matrix/report.ts';

const report = createReport('the machine');
const day = 86_400_000;
let simulator: Simulator;
let connector: Connector;
/** Told of each request for the table. */
let asked: () => void;
beforeEach(async () => {
  asked = () => undefined;
  simulator = await startSimulator({ only: ['account', 'organization'], rows: { '*': 1, accounts: rows } });
  connector = createConnector(simulator, {
    sending: (path) => {
      if (path.includes('/accounts?')) asked();
    },
  });
});
afterEach(async () => {
  await connector.close();
  await simulator.close();
});
afterAll(report.print);

function removeEveryNinth(): void {
  const { control } = simulator;
  const ids = [...control.rows('account')].map((text) => String(JSON.parse(text).accountid));
  for (const id of ids.filter((_, place) => place % 9 === 0)) control.remove('account', id);
}

describe('slow reader', () => {
  it.each(waysInProtocols)('%s, %s', async (name, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way, { maxConcurrency: 2 });
    let requests = 0;
    let strikes = 0;
    asked = () => {
      requests += 1;
    };
    /** A run whose reader takes something only when nothing else moves any more; requests that it held up. */
    const slowly = async (): Promise<number> => {
      let atFirst: number | undefined;
      const take = async (lines: Buffer): Promise<void> => {
        await connector.standstill();
        strikes += 1;
        if (lines.includes('"RECORD"')) atFirst ??= requests;
      };
      requests = 0;
      await every.good({ take });
      return requests - (atFirst ?? requests);
    };

    expect(await slowly()).toBeGreaterThan(3);
    every.expectTruth();
    const { received } = every.destination;
    const repeated = received - every.destination.rows('accounts').size;
    change(simulator, way.deletes);
    if (way.full) every.state = undefined;
    await slowly();
    every.expectTruth();
    report.add('slow reader', name, protocol, { outcome: 'waited for, recovered', strikes, repeated });
  });
});

describe('full disk for the key set', () => {
  const [reading, others] = [
    waysInProtocols.filter(([, , way]) => way.deletes),
    waysInProtocols.filter(([, , way]) => !way.deletes),
  ];

  it.each(reading)('%s, %s', async (name, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way);
    let strikes = 0;
    const struck = async (after: number): Promise<void> => {
      let requests = 0;
      asked = () => {
        requests += 1;
        if (requests > after) fillDisk(connector.folder);
      };
      const read = await every.run();
      asked = () => undefined;
      expectLoud(read, protocol);
      expect(read.errors.get('accounts')?.message).toMatch(/ENOSPC.*Free space there/);
      strikes += 1;
      emptyDisk(connector.folder);
    };

    await struck(5);
    const meanwhile = change(simulator, true);
    await every.good();
    await every.good();
    every.expectTruth();
    const { received } = every.destination;
    const repeated = Math.max(0, received - every.destination.rows('accounts').size - meanwhile);

    change(simulator, true);
    await struck(1);
    await every.good();
    every.expectTruth();
    // What the key set is for: rows that were deleted before a reload.
    removeEveryNinth();
    simulator.control.advance(8 * day);
    await every.good();
    every.expectTruth();
    report.add('full disk for the key set', name, protocol, {
      outcome: 'failed loudly, resumed',
      strikes,
      repeated,
    });
  });

  it.each(others)('%s, %s', async (name, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    every.expectTruth();
    // Nothing that a full disk could hinder.
    expect(keySetsIn(connector.folder)).toEqual([]);
    report.add('full disk for the key set', name, protocol, {
      outcome: 'keeps no keys: nothing to strike',
      strikes: 0,
      repeated: 0,
    });
  });
});
