import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../src/simulator/index.ts';
import { type Connector, createConnector } from './support/connector.ts';
import { type Nightly, nightly } from './support/nightly.ts';
import type { Message } from './support/program.ts';
import { protocols, ways } from './support/ways.ts';

// What the state holds, which states are accepted, and the key sets beside it (docs/state.md, docs/deletes.md).

const [large, small, byModifiedOn] = ways;
const day = 86_400_000;
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

const firstId = (): string => JSON.parse([...simulator.control.rows('account')][0] ?? '').accountid;

/** The state of `accounts` in whichever protocol. */
function stateOf({ state }: Nightly): Message {
  const given = state as Message;
  return given['bookmarks']?.accounts ?? given[0].stream.stream_state;
}

describe('the state', () => {
  it.each([large, small])('holds the token of change tracking, not an address: $name', async (way) => {
    const every = nightly(simulator, connector, 'singer', way);
    await every.good();
    expect(stateOf(every)['delta_token']).toMatch(/^\d+%21/);
    expect(JSON.stringify(every.state)).not.toMatch(/https?:|localhost|\$deltatoken/i);
  });

  const older = (at: string) =>
    [
      ['a bare date', 'singer', { bookmarks: { accounts: at } }],
      ['singer-io', 'singer', { bookmarks: { accounts: { modifiedon: at } } }],
      [
        'singer-sdk',
        'singer',
        { bookmarks: { accounts: { replication_key: 'modifiedon', replication_key_value: at } } },
      ],
      [
        'a GLOBAL state',
        'airbyte',
        [
          {
            type: 'GLOBAL',
            global: {
              shared_state: null,
              stream_states: [
                {
                  stream_descriptor: { name: 'accounts', namespace: null },
                  stream_state: { modifiedon: at },
                },
              ],
            },
          },
        ],
      ],
    ] as const;
  const cases = [large, small, byModifiedOn].flatMap((way) =>
    older('2000-01-02T00:00:00Z').map(([name], n) => [name, way.name, n, way] as const),
  );

  it.each(cases)('of another tap is gone on from: %s, by %s', async (_, __, n, way) => {
    const at = new Date(simulator.control.now() - 3600_000).toISOString();
    simulator.control.advance(2000);
    simulator.control.update('account', firstId(), { name: 'changed since' });
    const [, protocol, state] = older(at)[n] ?? [];
    if (protocol === undefined) throw new Error('no such state');
    const every = nightly(simulator, connector, protocol, way);
    every.state = state;
    await every.good();
    const names = [...every.destination.rows('accounts').values()].map((row) => row['name']);
    expect(names).toContain('changed since');
    expect(every.destination.received).toBeLessThan(rows);
    const received = every.destination.received;
    await every.good();
    // The next run goes on from ours: by modifiedon it reads the last ten minutes again.
    expect(every.destination.received - received).toBeLessThanOrEqual(1);
  });

  it.each(protocols)(
    'that says a full refresh is over begins another one in Singer alone: %s',
    async (protocol) => {
      const every = nightly(simulator, connector, protocol, ways[4]);
      await every.good();
      expect(stateOf(every)).toMatchObject({ complete: true });
      await every.good();
      expect(every.destination.received).toBe(protocol === 'singer' ? 2 * rows : rows);
    },
  );

  it.each(protocols)('that cannot be read ends the run before anything is written: %s', async (protocol) => {
    const every = nightly(simulator, connector, protocol, large);
    await every.good();
    every.state = JSON.parse(JSON.stringify(every.state).replace('"change_tracking"', '"magic"'));
    const { errors, messages } = await every.run();
    expect([...errors.values()].map(({ message }) => message)).toEqual([
      expect.stringMatching(/state of stream "accounts" cannot be read/),
    ]);
    expect(messages.filter(({ type }) => type !== 'TRACE' && type !== 'LOG')).toEqual([]);
  });
});

describe('key sets', () => {
  const filesIn = (folder: string): readonly string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.keys'));
  const expire = (): void => {
    simulator.control.remove('account', firstId());
    simulator.control.advance(8 * day);
  };

  it.each([large, small])('are where key_set_directory says, with 16 bytes a row: $name', async (way) => {
    const keySetDirectory = join(connector.folder, 'elsewhere');
    const every = nightly(simulator, connector, 'airbyte', way, { keySetDirectory, activateVersion: false });
    await every.good();
    const [file = '', ...others] = filesIn(keySetDirectory);
    expect(others).toEqual([]);
    expect(statSync(join(keySetDirectory, file)).size).toBe(16 * rows);
    expire();
    await every.good();
    every.expectTruth();
  });

  it.each([{ reconcileDeletes: false }, { deletes: false }])(
    'are not kept with %j, and deletes in the gap of an expired token are not told',
    async (off) => {
      const keySetDirectory = join(connector.folder, 'nowhere');
      const every = nightly(simulator, connector, 'airbyte', large, { keySetDirectory, ...off });
      await every.good();
      expire();
      const { log } = await every.good();
      expect(existsSync(keySetDirectory) ? filesIn(keySetDirectory) : []).toEqual([]);
      expect(every.destination.rows('accounts').size).toBe(rows);
      expect(log.some(({ level, text }) => level === 'warn' && /deleted since the last run/.test(text))).toBe(
        true,
      );
    },
  );
});

describe('deletes: false', () => {
  it.each(protocols)('sends no tombstones: %s', async (protocol) => {
    const every = nightly(simulator, connector, protocol, large, { deletes: false });
    await every.good();
    simulator.control.remove('account', firstId());
    const received = every.destination.received;
    await every.good();
    expect(every.destination.received).toBe(received);
  });
});
