import { expect } from 'vitest';
import type { Config } from '../../src/config/types.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import type { Connector, Read, Reading } from './connector.ts';
import { createDestination, type Destination, stateAfter } from './destination.ts';
import type { Message } from './program.ts';
import type { ProtocolName, Way } from './ways.ts';

/** Columns that are read, so that pages are small and every row has its version. */
export const columns = ['accountid', 'name', 'createdon', 'modifiedon', 'versionnumber'];

const defaults: Partial<Config> = { pageSize: 10, columns: { accounts: { include: columns } } };

/**
 * One table, `accounts`, read again and again into a destination, each run from the last state that the one before wrote,
 * and by the catalog that was made before the first.
 */
export interface Nightly {
  readonly destination: Destination;
  /** What the state file holds. */
  state: unknown;
  /** A run; what it wrote reaches the destination whether it succeeds or not. */
  run(more?: Partial<Reading>): Promise<Read>;
  /** The catalog file of all runs. */
  catalog(): Promise<Reading['catalog']>;
  /** Takes what a run of somebody else's wrote, and its state. */
  receive(messages: readonly Message[]): void;
  /** A run that must succeed. */
  good(more?: Partial<Reading>): Promise<Read>;
  /** Fails unless the destination holds what the environment holds, row for row. */
  expectTruth(): void;
}

/** A nightly read that begins with nothing, and with discovery unless its catalog is known. */
export function nightly(
  simulator: Simulator,
  connector: Connector,
  protocol: ProtocolName,
  way: Pick<Way, 'config' | 'full'>,
  config: Partial<Config> = {},
  known?: Reading['catalog'],
): Nightly {
  let catalog = known;
  const destination = createDestination({ accounts: 'accountid' });
  const self: Nightly = {
    destination,
    state: undefined,
    async catalog() {
      const merged = { ...defaults, ...way.config, ...config };
      catalog ??= await connector.catalog(['accounts'], { protocol, config: merged, full: way.full });
      return catalog;
    },
    receive(messages) {
      destination.apply(messages);
      self.state = stateAfter(self.state, messages, protocol);
    },
    async run(more = {}) {
      // A moment later than what happened before: the window of `modifiedon` ends where the run begins.
      simulator.control.advance(2000);
      const merged = { ...defaults, ...way.config, ...config, ...more.config };
      const reading = { catalog: await self.catalog(), state: self.state, ...more, protocol, config: merged };
      const read = await connector.read(reading);
      self.receive(read.messages);
      return read;
    },
    async good(more) {
      const read = await self.run(more);
      expect(read.errors).toEqual(new Map());
      return read;
    },
    expectTruth() {
      const held = [...destination.rows('accounts')].map(([id, row]) => [id, chosen(row)]);
      expect(Object.fromEntries(held)).toEqual(truth(simulator));
    },
  };
  return self;
}

/** The rows of `accounts` as the environment holds them, by key. */
function truth({ control }: Simulator): Record<string, unknown> {
  const rows = [...control.rows('account')].map((text) => JSON.parse(text) as Record<string, unknown>);
  return Object.fromEntries(rows.map((row) => [row['accountid'], chosen(row)]));
}

function chosen(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(columns.map((name) => [name, row[name]]));
}

/** Calls `act` once, as soon as so many states have been taken: what others do while a run is under way. */
export function afterStates(count: number, act: () => void): (lines: Buffer) => Promise<void> {
  let states = 0;
  let done = false;
  return async (lines) => {
    states += lines.toString().split('"type":"STATE"').length - 1;
    if (done || states < count) return;
    done = true;
    act();
  };
}
