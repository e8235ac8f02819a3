import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type Connector, createConnector, type Read } from '../support/connector.ts';
import { afterStates, nightly } from '../support/nightly.ts';
import { protocols, ways, waysInProtocols } from '../support/ways.ts';

// What happens to an environment between runs and while one is under way: the destination ends with the truth.

const day = 86_400_000;
const [large, small, byModifiedOn, byVersion] = ways;
const inProtocols = waysInProtocols.filter(([, , way]) => !way.full);
const tracked = inProtocols.filter(([, , way]) => way.deletes);
const rows = 45;

let simulator: Simulator;
let connector: Connector;
beforeEach(async () => {
  simulator = await startSimulator({ rows: { '*': 1, accounts: rows } });
  connector = createConnector(simulator);
});
afterEach(async () => {
  await connector.close();
  await simulator.close();
});

const ids = (): string[] =>
  [...simulator.control.rows('account')].map((text) => String(JSON.parse(text).accountid));
const warnings = ({ log }: Read): string =>
  log
    .filter(({ level }) => level === 'warn')
    .map(({ text }) => text)
    .join('\n');

/** Some of everything: rows changed, created and, where the way sees it, deleted. */
function disturb(deletes = true): void {
  const { control } = simulator;
  const [changed = '', deleted = ''] = ids().slice(7);
  control.update('account', changed, { name: `changed at ${control.now()}` });
  control.create('account', [{ name: `created at ${control.now()}` }]);
  if (deletes) control.remove('account', deleted);
}

describe('a token that has expired, with deletes in the gap', () => {
  it.each(tracked)('leads to a reload and tombstones: %s, %s', async (_, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    disturb();
    simulator.control.advance(8 * day);
    disturb();
    expect(warnings(await every.good())).toMatch(/token has expired.*Reading the table again in full/);
    every.expectTruth();
    disturb();
    const received = every.destination.received;
    await every.good();
    expect(every.destination.received - received).toBe(3);
    every.expectTruth();
  });

  it.each([400, 403, 404, 410, 500] as const)('is known by its code, under status %s', async (status) => {
    simulator.control.setSwitches({ trackingErrorStatus: status });
    const every = nightly(simulator, connector, 'airbyte', large);
    await every.good();
    disturb();
    simulator.control.advance(8 * day);
    await every.good();
    every.expectTruth();
  });

  it.each(tracked)('is noticed where the service answers with all rows: %s, %s', async (_, protocol, way) => {
    simulator.control.setSwitches({ expiredToken: 'everything' });
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    disturb();
    simulator.control.advance(8 * day);
    await every.good();
    every.expectTruth();
  });

  it.each([large, small])('is left to the target with activate_version: $name', async (way) => {
    const every = nightly(simulator, connector, 'singer', way, { activateVersion: true });
    await every.good();
    disturb();
    simulator.control.advance(8 * day);
    const { messages } = await every.good();
    const records = messages.filter(({ type }) => type === 'RECORD');
    expect(messages.filter(({ type }) => type === 'ACTIVATE_VERSION')).toHaveLength(1);
    const { version } = messages.find(({ type }) => type === 'ACTIVATE_VERSION') ?? {};
    const place = messages.findIndex(({ type }) => type === 'ACTIVATE_VERSION');
    expect(new Set(records.map((record) => record['version']))).toEqual(new Set([version]));
    expect(messages.slice(place).some(({ type }) => type === 'RECORD')).toBe(false);
    every.expectTruth();
  });

  it.each(tracked)('in the middle of a first load that was killed: %s, %s', async (_, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way);
    await every.run({ take: closedAfter(2) });
    disturb();
    simulator.control.advance(8 * day);
    disturb();
    await every.good();
    await every.good();
    every.expectTruth();
  });

  it.each(tracked)('and a reload that is killed over and over: %s, %s', async (_, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    disturb();
    simulator.control.advance(8 * day);
    for (const states of [0, 1, 2, 3]) {
      await every.run({ take: closedAfter(states) });
      disturb();
    }
    await every.good();
    every.expectTruth();
  });
});

describe('a state that the service cannot make sense of any more', () => {
  const damaged = (state: unknown, member: string): unknown =>
    JSON.parse(JSON.stringify(state).replace(new RegExp(`("${member}":")[^"]+`), '$1nothing'));

  it.each(protocols)('leads to a reload where its token is refused: %s', async (protocol) => {
    const every = nightly(simulator, connector, protocol, large);
    await every.good();
    disturb();
    every.state = damaged(every.state, 'delta_token');
    expect(warnings(await every.good())).toMatch(/Reading the table again in full/);
    every.expectTruth();
  });

  it.each(protocols)('leads to a new load where its cookie is refused: %s', async (protocol) => {
    const every = nightly(simulator, connector, protocol, small);
    await every.run({ take: closedAfter(2) });
    disturb();
    every.state = damaged(every.state, 'load_cookie');
    expect(warnings(await every.good())).toMatch(/Reading the table again in full/);
    every.expectTruth();
  });
});

describe('change tracking that is switched off', () => {
  const cases = tracked.flatMap((each) =>
    (['error', 'ignored'] as const).map((how) => [...each, how] as const),
  );

  it.each(cases)('before a run: %s, %s', async (_, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    disturb();
    simulator.control.setTracking('account', false);
    expect(await every.good()).toMatchObject({ errors: new Map() });
    every.expectTruth();
    disturb(false);
    await every.good();
    every.expectTruth();
  });

  it.each(cases)(
    'after discovery: %s, %s, which the service answers with %4$s',
    async (_, protocol, way, how) => {
      simulator.control.setSwitches({ trackingDisabled: how });
      const every = nightly(simulator, connector, protocol, way);
      await every.good();
      disturb();
      // The first line of a run is written when discovery is over.
      const take = async (): Promise<void> => simulator.control.setTracking('account', false);
      expect(warnings(await every.good({ take }))).toMatch(
        /Not reading by change_tracking: it is not enabled/,
      );
      every.expectTruth();
    },
  );
});

describe('a table whose columns change', () => {
  it.each(inProtocols)('between runs: %s, %s', async (_, protocol, way) => {
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    disturb(way.deletes);
    simulator.control.addColumn('account', { name: 'new_colour', type: 'string' });
    disturb(way.deletes);
    await every.good();
    every.expectTruth();
    simulator.control.dropColumn('account', 'new_colour');
    disturb(way.deletes);
    await every.good();
    every.expectTruth();
  });

  it.each(waysInProtocols)('while it is read: %s, %s', async (_, protocol, way) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, way);
    const edit = afterStates(2, () => {
      control.dropColumn('account', 'telephone1');
      disturb(way.deletes);
    });
    const columns = {
      accounts: { include: ['accountid', 'name', 'telephone1', 'modifiedon', 'versionnumber', 'createdon'] },
    };
    const read = await every.run({ take: edit, config: { columns } });
    expect(read.errors).toEqual(new Map());
    await every.good();
    if (way.full) {
      every.state = undefined;
      await every.good();
    }
    every.expectTruth();
  });
});

describe('an environment that is restored from a backup', () => {
  it.each(tracked)('is read again in full: %s, %s', async (_, protocol, way) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    const backup = control.backup();
    for (let n = 0; n < 3; n += 1) disturb();
    await every.good();
    control.restore(backup);
    await every.good();
    every.expectTruth();
    disturb();
    await every.good();
    every.expectTruth();
  });

  it.each(tracked)(
    'is read again with its old rows, which may be new to the destination: %s, %s',
    async (_, protocol, way) => {
      const { control } = simulator;
      const every = nightly(simulator, connector, protocol, way, { anchorDate: '2026-01-01T00:00:00Z' });
      await every.good();
      const backup = control.backup();
      const old = [...control.rows('account')]
        .map((text) => JSON.parse(text))
        .find(({ modifiedon }) => modifiedon < '2026');
      control.update('account', old.accountid, { name: 'to be undone' });
      await every.good();
      expect(every.destination.rows('accounts').get(old.accountid)).toMatchObject({ name: 'to be undone' });
      control.restore(backup);
      await every.run({ take: closedAfter(2) });
      await every.good();
      every.expectTruth();
    },
  );

  it.each(protocols)('is noticed by versionnumber: %s', async (protocol) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, byVersion);
    await every.good();
    const backup = control.backup();
    control.update('account', ids()[3] ?? '', { name: 'to be undone' });
    await every.good();
    control.restore(backup);
    expect(warnings(await every.good())).toMatch(/was the environment restored\? Reading it again in full/);
    every.expectTruth();
  });
});

describe('more rows in one second than a page holds', () => {
  it.each(waysInProtocols)('come whole, whatever is killed in between: %s, %s', async (_, protocol, way) => {
    const { control } = simulator;
    control.setSwitches({ shuffleTies: true });
    control.bulk('account', 35);
    const every = nightly(simulator, connector, protocol, way);
    for (const states of [1, 3, 5]) await every.run({ take: closedAfter(states) });
    await every.good();
    every.expectTruth();
    control.bulk('account', 25);
    if (way.full) every.state = undefined;
    await every.run({ take: closedAfter(2) });
    await every.good();
    every.expectTruth();
  });
});

describe('a transaction that commits late', () => {
  it.each(inProtocols)('is not missed: %s, %s', async (_, protocol, way) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, way);
    const first = control.begin();
    first.update('account', ids()[5] ?? '', { name: 'begun before the first run' });
    control.update('account', ids()[6] ?? '', { name: 'written meanwhile' });
    await every.good();
    first.commit();
    const second = control.begin();
    second.update('account', ids()[7] ?? '', { name: 'begun between' });
    control.update('account', ids()[8] ?? '', { name: 'written meanwhile' });
    await every.good();
    every.expectTruth();
    second.commit();
    await every.good();
    every.expectTruth();
  });
});

describe('an id that is deleted and created again', () => {
  it.each(tracked)('stays: %s, %s', async (_, protocol, way) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, way);
    await every.good();
    const [id = ''] = ids();
    control.remove('account', id);
    control.create('account', [{ accountid: id, name: 'back again' }]);
    await every.good();
    every.expectTruth();
  });
});

describe('a row whose modifiedon is set back by an import', () => {
  it.each(protocols)('is seen as far as lookback_seconds goes: %s', async (protocol) => {
    const { control } = simulator;
    const every = nightly(simulator, connector, protocol, byModifiedOn);
    await every.good();
    control.update('account', ids()[4] ?? '', { name: 'backdated', modifiedon: control.now() - 500_000 });
    await every.good();
    every.expectTruth();
  });
});

describe('a computer whose clock is wrong', () => {
  const clocks = [3_600_000, -3_600_000].flatMap((ahead) =>
    inProtocols.map((each) => [ahead, ...each] as const),
  );

  it.each(clocks)('by %d milliseconds loses nothing: %s, %s', async (ahead, _, protocol, way) => {
    await connector.close();
    connector = createConnector(simulator, { ahead });
    const every = nightly(simulator, connector, protocol, way);
    await every.run({ take: closedAfter(2) });
    disturb(way.deletes);
    await every.good();
    disturb(way.deletes);
    await every.good();
    every.expectTruth();
  });
});

/** A reader that goes away after so many states. */
function closedAfter(count: number): (lines: Buffer) => Promise<void> {
  let states = 0;
  return async (lines) => {
    if (states > count) throw new Error('the reader went away');
    states += lines.toString().split('"type":"STATE"').length - 1;
  };
}
