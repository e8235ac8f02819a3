import type { Config } from '../../src/config/types.ts';
import { type LimitChanges, startSimulator } from '../../src/simulator/index.ts';
import { createConnector } from './connector.ts';
import { otherIntegration } from './other-integration.ts';
import { ceilingOf, executionOf, mostBegun, mostCharged, tallyOf, window } from './service-use.ts';
import { sharedTime } from './shared-time.ts';

/** An environment under the documented limits, and a connector in the same virtual time. */
export interface Limited {
  /** Reads all tables in full, from a service that was idle. */
  read(conditions?: Conditions): Promise<LimitedRead>;
  close(): Promise<void>;
}

/** Under what a read happens. */
export interface Conditions {
  /** By default the documented ones of one server, which advises 48 requests at a time. */
  readonly limits?: Omit<LimitChanges, 'cost'>;
  readonly config?: Partial<Config>;
  /** Seconds that a page takes, on average. Default: 4. */
  readonly average?: number;
  /** Another integration that signs in as the same user keeps so many requests at work all the time. */
  readonly others?: number;
}

/** What a read under limits came to. Times in seconds. */
export interface LimitedRead {
  readonly rows: number;
  /** Streams that failed. */
  readonly failed: number;
  readonly took: number;
  /** The least time that the execution budget, less what the others used, allows for pages asked for once each. */
  readonly ceiling: number;
  /** Pages, of an even size. */
  readonly pages: number;
  /** Requests of the connector, metadata and all, and how many of them were answered 429. */
  readonly requests: number;
  readonly refused: number;
  /** Execution time that the connector's requests took; the most that the service counted in a window, everybody's. */
  readonly executed: number;
  readonly mostExecuted: number;
  /** The most requests that anybody began in any second. */
  readonly mostBegun: number;
}

/** Size of the environment, and of a page. */
export interface Size {
  readonly tables: number;
  readonly rows: number;
  readonly pageSize: number;
}

const start = Date.UTC(2026, 2, 1);
/** Seconds that a request takes without its rows, and one of the others. */
const overhead = 0.04;
const theirAverage = 4;
const columns = { '*': { include: ['new_name', 'createdon'] } };

/** Starts both. Tables differ in what their pages cost, from half to one and a half of the average, and pages by as much. */
export async function limited({ tables, rows, pageSize }: Size): Promise<Limited> {
  const time = sharedTime(start);
  const pages = Math.ceil(rows / pageSize);
  const names = Array.from(
    { length: tables },
    (_, place) => `new_table${String(place + 1).padStart(2, '0')}`,
  );
  const setOf = (name: string): string => `${name}s`;
  const simulator = await startSimulator({
    only: ['accounts'],
    tables: [...names, 'new_other'].map((name) => ({ name })),
    rows: { '*': 1, ...Object.fromEntries(names.map((name) => [setOf(name), rows])) },
    prebuilt: true,
    latency: 'modelled',
    time: time.time,
  });
  const documented = simulator.control.limits();
  const costs = (average: number): NonNullable<LimitChanges['cost']> => {
    const row = (average * 1000) / pageSize;
    const factors = Object.fromEntries(names.map((name, place) => [name, 0.5 + (place + 0.5) / tables]));
    const theirs = (theirAverage * 1000) / (overhead * 1000 + row);
    return {
      request: overhead * 1000,
      row,
      cell: 0,
      ordered: 1,
      filtered: 1,
      spread: 0.5,
      tables: { ...factors, new_other: theirs },
    };
  };
  const connector = createConnector(simulator, { time });
  const settings = { columns, pageSize, requestsPerSecond: 15 };
  const protocol = 'singer';
  const catalog = await connector.catalog(names.map(setOf), { protocol, full: true, config: settings });

  return {
    async read({ limits = {}, config = {}, average = 4, others = 0 } = {}) {
      simulator.control.setLimits({ ...documented, dopHint: 48, ...limits, cost: costs(average) });
      // What was done before has left the window.
      await time.clock.sleep(2 * window * 1000);
      const before = { ...tallyOf(simulator), work: time.work.length, at: time.clock.now() };
      const other = await otherIntegration(simulator, time, setOf('new_other'), others);
      let records = 0;
      const { errors } = await connector.read({
        protocol,
        catalog,
        config: { ...settings, ...config },
        keep: false,
        take: async (lines) => {
          records += recordsIn(lines);
        },
      });
      const took = (time.clock.now() - before.at) / 1000;
      const theirs = await other.stop();
      const after = tallyOf(simulator);
      const work = time.work.slice(before.work);
      const executed = executionOf(work) - theirs.seconds;
      const needed = Math.min(executed, tables * pages * (average + overhead));
      const now = simulator.control.limits();
      const allowed = now.executionSeconds * (now.sharedBudget ? 1 : now.servers);
      const ofOurs = (allowed * (config.budgetPercent ?? 100)) / 100;
      const budget = Math.min(ofOurs, allowed - (theirs.seconds / took) * window);
      return {
        rows: records,
        failed: errors.size,
        pages: tables * pages,
        took,
        ceiling: ceilingOf(needed, budget, config.maxConcurrency ?? Math.min(now.dopHint, now.concurrent)),
        requests: after.requests - before.requests - theirs.requests,
        refused: after.refused - before.refused - theirs.refused,
        executed,
        mostExecuted: mostCharged(work),
        mostBegun: mostBegun(work),
      };
    },
    async close() {
      await connector.close();
      await simulator.close();
    },
  };
}

const recordMark = Buffer.from('{"type":"RECORD"');

function recordsIn(lines: Buffer): number {
  let records = 0;
  for (let at = lines.indexOf(recordMark); at >= 0; at = lines.indexOf(recordMark, at + recordMark.length)) {
    records += 1;
  }
  return records;
}
