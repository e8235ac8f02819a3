import { expect } from 'vitest';
import type { Simulator } from '../../../src/simulator/index.ts';
import type { Connector, Read, Reading } from '../../support/connector.ts';
import { afterStates, nightly } from '../../support/nightly.ts';
import type { ProtocolName, Way } from '../../support/ways.ts';
import type { Nature } from './faults.ts';
import type { Shown } from './report.ts';

/** A fault that is at work. */
export interface AtWork {
  /** Requests struck so far. */
  strikes(): number;
  end(): void;
}

/** Lets a fault strike so many of the requests for `accounts`, after so many of them. */
export type Begin = (times: number | 'always', after: number) => AtWork;

/** Where a cell happens. */
export interface Place {
  readonly simulator: Simulator;
  readonly connector: Connector;
  readonly protocol: ProtocolName;
  readonly way: Way;
}

/** Catalogs by way and protocol: discovery is not what is struck. */
const catalogs = new Map<string, Reading['catalog']>();

/** Rows of the table at the start: nine pages. */
export const rows = 90;

/**
 * One cell. A first load that the fault ends for good; its resumption, which the fault strikes twice; then changes, and a
 * run that it strikes again. After each run the destination equals the truth, or the run has failed loudly.
 */
export async function playCell(place: Place, { single, fatal }: Nature, begin: Begin): Promise<Shown> {
  const { simulator, connector, protocol, way } = place;
  const known = catalogs.get(`${way.name}, ${protocol}`);
  const every = nightly(simulator, connector, protocol, way, { maxConcurrency: 2 }, known);
  /** A run that the fault ends, with two states taken and, of nine pages, at least four not asked for. */
  const ended = async (): Promise<Read> => {
    let fault: AtWork | undefined;
    const take = afterStates(2, () => {
      fault = begin('always', 0);
    });
    const read = await every.run({ take, config: { maxWaitSeconds: 120 } });
    expect(fault?.strikes()).toBeGreaterThan(0);
    strikes += fault?.strikes() ?? 0;
    fault?.end();
    return read;
  };
  /** A run that it strikes so often, from the second request on. */
  const struck = async (times: number): Promise<Read> => {
    const fault = begin(times, 1);
    const read = await every.run();
    // What ends a run may strike it only once.
    expect(fault.strikes()).toBeGreaterThanOrEqual(fatal ? 1 : times);
    strikes += fault.strikes();
    fault.end();
    return read;
  };
  let strikes = 0;
  /** The run recovered, or it failed loudly and the next one goes on. */
  const goesOn = async (read: Read): Promise<void> => {
    if (fatal) {
      expectLoud(read, protocol);
      await every.good();
    } else expect(read.errors).toEqual(new Map());
  };

  expectLoud(await ended(), protocol);
  catalogs.set(`${way.name}, ${protocol}`, await every.catalog());
  expect(every.state).toBeDefined();
  const before = every.destination.rows('accounts').size;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(rows);
  const meanwhile = way.deletes ? change(simulator, true) : 0;
  await goesOn(await struck(single ? 1 : 2));
  // One tracked read sees in its delta, the next run's, what changed since it began.
  if (way.name !== 'change tracking, one tracked read') every.expectTruth();
  const { received } = every.destination;
  const repeated = Math.max(0, received - every.destination.rows('accounts').size - meanwhile);

  change(simulator, way.deletes);
  // A full refresh that has come to its end is a new one.
  if (way.full) every.state = undefined;
  await goesOn(await struck(1));
  every.expectTruth();
  const passing = fatal ? 'failed loudly, resumed' : 'recovered';
  return { outcome: `for good: failed loudly, resumed; in passing: ${passing}`, strikes, repeated };
}

/** Changes of more rows than two pages hold; how many. */
export function change({ control }: Simulator, deletes: boolean): number {
  const ids = [...control.rows('account')].map((text) => String(JSON.parse(text).accountid));
  for (const id of ids.slice(0, 24)) control.update('account', id, { name: `changed at ${control.now()}` });
  control.create('account', [{ name: `created at ${control.now()}` }]);
  if (deletes) for (const id of ids.slice(30, 32)) control.remove('account', id);
  return deletes ? 27 : 25;
}

/** A run that failed says so: by its exit code, in its log, and in the messages where the protocol has some for it. */
export function expectLoud(read: Read, protocol: ProtocolName): void {
  expect(read.exitCode).toBe(1);
  expect([...read.errors.keys()]).toEqual(['accounts']);
  expect(read.log.filter(({ level }) => level === 'error').map(({ text }) => text)).toEqual([
    expect.stringMatching(/^accounts: ./),
  ]);
  if (protocol === 'singer') return;
  const traces = read.messages.filter(({ type }) => type === 'TRACE').map(({ trace }) => trace);
  const statuses = traces.flatMap(({ stream_status }) => stream_status?.status ?? []);
  expect([statuses.includes('COMPLETE'), statuses.at(-1)]).toEqual([false, 'INCOMPLETE']);
  const errors = traces.filter(({ type }) => type === 'ERROR').map(({ error }) => error);
  expect(errors).toEqual([
    expect.objectContaining({ stream_descriptor: { name: 'accounts' } }),
    expect.not.objectContaining({ stream_descriptor: expect.anything() }),
  ]);
}
