import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Selection, StreamColumn } from '../catalog/types.ts';
import { createBudget } from '../core/budget.ts';
import type { JsonObject } from '../core/json.ts';
import { createPool } from '../core/pool.ts';
import type { Messages } from '../protocol/protocol.ts';
import { runStreams } from './run.ts';
import { createFakeTable, type FakeTable, fakeDescription } from './table.testing.ts';
import type { RunOptions, Strategy } from './types.ts';

let keySets: string;
beforeAll(async () => {
  keySets = await mkdtemp(join(tmpdir(), 'run-'));
});
afterAll(() => rm(keySets, { recursive: true, force: true }));

const start = Date.UTC(2026, 0, 1);
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

type Line =
  | {
      readonly t: 'row';
      readonly version?: number;
      readonly row: { readonly id: string; readonly name: string };
    }
  | { readonly t: 'gone'; readonly id: string }
  | { readonly t: 'state'; readonly state: JsonObject; readonly records: number }
  | { readonly t: 'loaded'; readonly version: number }
  | { readonly t: 'mark'; readonly what: string };

const line = (message: Line): Buffer => Buffer.from(`${JSON.stringify(message)}\n`);
const mark = (what: string): Buffer => line({ t: 'mark', what });

/** A protocol as plain as can be, so that what the engine does shows. */
const messages: Messages = {
  begin: () => mark('begin'),
  started: () => mark('started'),
  running: () => mark('running'),
  frame: (_, __, version) => ({
    before: Buffer.from(`{"t":"row",${version === undefined ? '' : `"version":${version},`}"row":{`),
    after: Buffer.from('}}\n'),
  }),
  tombstones: (_, ids) => ({
    bytes: Buffer.concat(ids.map((each) => line({ t: 'gone', id: each }))),
    lines: ids.length,
  }),
  loaded: (_, version) => line({ t: 'loaded', version }),
  state: (_, state, records) => line({ t: 'state', state, records }),
  complete: () => mark('complete'),
  failed: (_, error) => mark(`failed: ${error.message}`),
  waiting: () => mark('waiting'),
  end: () => mark('end'),
};

interface Run {
  readonly lines: readonly Line[];
  readonly failed: boolean;
}

const settings: RunOptions['settings'] = {
  anchorDate: '2020-01-01T00:00:00Z',
  pageSize: 3,
  lookbackSeconds: 600,
  rowFilters: {},
  incrementalStrategy: {},
  smallTableRows: 0,
  activateVersion: false,
  deletes: true,
  reconcileDeletes: true,
  keySetDirectory: undefined,
  maxBinaryBytes: 1000,
};

interface Setup {
  readonly strategy: Strategy;
  readonly small?: boolean;
  readonly activateVersion?: boolean;
  readonly without?: readonly string[];
}

/** One run, whose reader goes away after `writes` writes. */
async function run(
  table: FakeTable,
  setup: Setup,
  state: JsonObject | undefined,
  now: number,
  writes = Number.POSITIVE_INFINITY,
): Promise<Run> {
  const description = fakeDescription(table.tracked, setup.without);
  const columns = description.columns.map(
    (column): StreamColumn => ({
      name: column.name,
      column,
      origin: 'value',
      wire: column.name,
      transform: 'none',
      type: 'string',
      key: column.name === 'id',
    }),
  );
  const selection: Selection = {
    stream: { name: 'things', table: description, columns, key: ['id'], standard: false },
    columns,
    mode: setup.strategy === 'full' ? 'full' : 'incremental',
  };
  const taken: Buffer[] = [];
  const write = async (bytes: Buffer): Promise<void> => {
    if (taken.length >= writes) throw new Error('the reader went away');
    taken.push(bytes);
    await Promise.resolve();
  };
  let failed = false;
  table.now = now;
  const options: RunOptions = {
    client: table.client,
    settings: {
      ...settings,
      incrementalStrategy: { '*': setup.strategy },
      smallTableRows: setup.small ? 1e9 : 0,
      activateVersion: setup.activateVersion ?? false,
      keySetDirectory: keySets,
    },
    selections: [selection],
    streams: [selection.stream],
    missing: [],
    state: { streams: new Map(state ? [['things', state]] : []), rest: {} },
    messages,
    output: { write, drained: () => Promise.resolve() },
    log: { log: () => undefined, metric: () => undefined },
    observe: () => undefined,
    signal: new AbortController().signal,
    now: () => new Date(now),
    budget: createBudget(10_000),
    pool: createPool(),
    finishedMeansDone: false,
  };
  try {
    failed = (await runStreams(options)).size > 0;
  } catch {
    failed = true;
  }
  const lines = Buffer.concat(taken).toString().split('\n').filter(Boolean);
  return { lines: lines.map((text) => JSON.parse(text) as Line), failed };
}

type Destination = Map<string, { readonly name: string; readonly version: number | undefined }>;

/** A destination that upserts and deletes by key, and of a version that is activated removes what does not bear it. */
function apply(destination: Destination, lines: readonly Line[]): void {
  for (const each of lines) {
    if (each.t === 'row') destination.set(each.row.id, { name: each.row.name, version: each.version });
    if (each.t === 'gone') destination.delete(each.id);
    if (each.t === 'loaded')
      for (const [id, { version }] of destination) if (version !== each.version) destination.delete(id);
  }
}

const held = (destination: Destination): Record<string, string> =>
  Object.fromEntries([...destination].map(([id, { name }]) => [id, name]));

const lastState = (lines: readonly Line[]): JsonObject | undefined =>
  lines.findLast((each) => each.t === 'state')?.state;
const truth = (table: FakeTable): Record<string, string> =>
  Object.fromEntries([...table.rows.values()].map((row) => [row.id, row.name]));

const setups: readonly (Setup & { readonly deletes: boolean })[] = [
  { strategy: 'change_tracking', deletes: true },
  { strategy: 'change_tracking', small: true, deletes: true },
  { strategy: 'change_tracking', activateVersion: true, deletes: true },
  { strategy: 'change_tracking', small: true, activateVersion: true, deletes: true },
  { strategy: 'modifiedon', deletes: false },
  { strategy: 'versionnumber', deletes: false },
];
const named = setups.map(
  (setup) =>
    [
      `${setup.strategy}${setup.small ? ', small table' : ''}${setup.activateVersion ? ', by versions' : ''}`,
      setup,
    ] as const,
);

type Write = { readonly kind: 'put' | 'remove'; readonly n: number; readonly ms: number };
const writesOf = (deletes: boolean): fc.Arbitrary<Write[]> =>
  fc.array(
    fc.record({
      kind: deletes
        ? fc.constantFrom('put' as const, 'put' as const, 'remove' as const)
        : fc.constant('put' as const),
      n: fc.nat(40),
      ms: fc.nat(5000),
    }),
    { maxLength: 25 },
  );

/** A row leaves with the first attempt, and is deleted while the second has begun and not ended. */
const deletedBeforeTheSecondAttempt: [[number, number][], number[], Write[], Write[], number] = [
  [],
  [5, 3],
  [
    { kind: 'put', n: 0, ms: 0 },
    { kind: 'put', n: 0, ms: 0 },
    { kind: 'remove', n: 0, ms: 0 },
  ],
  [],
  1,
];

describe.each(named)('reading by %s', (_, setup) => {
  it('ends with the truth of the last run, however often it was killed before and whoever wrote meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(40), fc.nat(90_000)), { maxLength: 40 }),
        fc.array(fc.nat(25), { maxLength: 4 }),
        writesOf(setup.deletes),
        writesOf(setup.deletes),
        fc.integer({ min: 1, max: 6 }),
        async (initial, kills, writes, late, concurrency) => {
          const table = createFakeTable(concurrency);
          for (const [n, ms] of initial) table.put(id(n), start + ms);
          const pending = [...writes];
          let clock = start + 100_000;
          const writeSome = (): void => {
            const next = pending.shift();
            if (next?.kind === 'put') table.put(id(next.n), clock + next.ms);
            else if (next) table.remove(id(next.n));
          };
          const destination: Destination = new Map();
          let state: JsonObject | undefined;
          table.interfere = writeSome;
          for (const writesUntilKill of kills) {
            const { lines } = await run(table, setup, state, clock, writesUntilKill);
            apply(destination, lines);
            state = lastState(lines) ?? state;
            clock += 10_000;
          }
          table.interfere = () => undefined;
          pending.push(...late);
          while (pending.length > 0) writeSome();
          clock += 10_000;
          const { lines, failed } = await run(table, setup, state, clock);
          expect(failed).toBe(false);
          apply(destination, lines);
          expect(held(destination)).toEqual(truth(table));
        },
      ),
      { numRuns: 80, examples: setup.deletes ? [deletedBeforeTheSecondAttempt] : [] },
    );
  });

  it('writes states whose record counts add up, and never two alike', async () => {
    const table = createFakeTable(4);
    for (let n = 0; n < 40; n += 1) table.put(id(n), start + n * 1000);
    const { lines } = await run(table, setup, undefined, start + 100_000);
    let since = 0;
    for (const each of lines) {
      if (each.t === 'row' || each.t === 'gone') since += 1;
      if (each.t === 'state') {
        expect(each.records).toBe(since);
        since = 0;
      }
    }
    expect(since).toBe(0);
    const states = lines.filter((each) => each.t === 'state').map((each) => JSON.stringify(each.state));
    expect(new Set(states).size).toBe(states.length);
    expect(lines.at(-2)).toEqual({ t: 'mark', what: 'complete' });
    expect(lines.at(-3)).toMatchObject({ t: 'state' });
  });

  it('sends each row once when nothing interrupts it, however many share the work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 3000 }),
        async (ids, concurrency, spacing) => {
          const table = createFakeTable(concurrency);
          for (const n of ids) table.put(id(n), start + n * spacing);
          const { lines } = await run(table, setup, undefined, start + 10_000_000);
          const sent = lines.flatMap((each) => (each.t === 'row' ? [each.row.id] : []));
          expect(sent.sort()).toEqual(ids.map(id).sort());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('begins at the anchor date, and leaves out no row of which nobody knows when it was modified', async () => {
    const table = createFakeTable(2);
    for (let n = 0; n < 20; n += 1) table.put(id(n), start + n * 1000);
    for (const n of [3, 17]) table.put(id(n), start, { modifiedon: null });
    table.put(id(30), Date.UTC(2019, 11, 31));
    table.put(id(31), Date.UTC(2020, 0, 1));
    const { lines } = await run(table, setup, undefined, start + 1_000_000);
    const sent = lines.flatMap((each) => (each.t === 'row' ? [each.row.id] : []));
    const expected = [...Array.from({ length: 20 }, (_, n) => id(n)), id(31)];
    expect(sent.sort()).toEqual(expected.sort());
  });

  it('brings only what changed in the run after', async () => {
    const table = createFakeTable(2);
    for (let n = 0; n < 20; n += 1) table.put(id(n), start + n * 1000);
    const first = await run(table, setup, undefined, start + 1_000_000);
    table.put(id(3), start + 1_200_000);
    const second = await run(table, setup, lastState(first.lines), start + 2_000_000);
    const third = await run(table, setup, lastState(second.lines), start + 4_000_000);
    const rows = (each: Run): string[] =>
      each.lines.flatMap((message) => (message.t === 'row' ? [message.row.id] : []));
    if (setup.strategy === 'versionnumber') expect(rows(second)).toContain(id(3));
    else expect(rows(second)).toEqual([id(3)]);
    if (setup.strategy !== 'versionnumber') expect(rows(third)).toEqual([]);
  });
});

describe('reading by versionnumber from an anchor date', () => {
  it('brings old rows as soon as something about them changes, whatever is killed in between', async () => {
    const old = Date.UTC(2019, 0, 1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(20), { maxLength: 3 }),
        fc.array(fc.nat(9), { maxLength: 4 }),
        async (kills, touched) => {
          const table = createFakeTable(1);
          for (let n = 0; n < 10; n += 1) table.put(id(n), old);
          for (let n = 10; n < 20; n += 1) table.put(id(n), start + n * 1000);
          const destination: Destination = new Map();
          let state: JsonObject | undefined;
          let clock = start + 1_000_000;
          const read = async (writes?: number): Promise<void> => {
            const { lines } = await run(table, { strategy: 'versionnumber' }, state, clock, writes);
            apply(destination, lines);
            state = lastState(lines) ?? state;
            clock += 1000;
          };
          await read();
          expect(destination.size).toBe(10);
          // A rollup that is calculated anew leaves modifiedon as it is.
          for (const n of touched) table.put(id(n), old);
          for (const writes of kills) await read(writes);
          for (let runs = 0; runs < 3; runs += 1) await read();
          const sent = Object.keys(held(destination)).filter((key) => key < id(10));
          expect(sent.sort()).toEqual([...new Set(touched)].map(id).sort());
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a full refresh', () => {
  it('sends each row once when nothing interrupts it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 1, max: 8 }),
        async (ids, concurrency) => {
          const table = createFakeTable(concurrency);
          for (const n of ids) table.put(id(n), start + n * 700, n % 9 === 0 ? { createdon: null } : {});
          const { lines } = await run(table, { strategy: 'full' }, undefined, start + 10_000_000);
          const sent = lines.flatMap((each) => (each.t === 'row' ? [each.row.id] : []));
          expect(sent.sort()).toEqual(ids.map(id).sort());
        },
      ),
      { numRuns: 100 },
    );
  });

  it('goes on where it was killed, and misses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(60), fc.nat(60_000)), { maxLength: 50 }),
        fc.array(fc.nat(30), { maxLength: 4 }),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        async (initial, kills, concurrency, withoutDates) => {
          const table = createFakeTable(concurrency);
          for (const [n, ms] of initial) table.put(id(n), start + ms, n % 7 === 0 ? { createdon: null } : {});
          const setup: Setup = { strategy: 'full', without: withoutDates ? ['createdon', 'modifiedon'] : [] };
          const destination: Destination = new Map();
          let state: JsonObject | undefined;
          for (const writes of [...kills, Number.POSITIVE_INFINITY]) {
            const { lines } = await run(table, setup, state, start + 100_000, writes);
            apply(destination, lines);
            state = lastState(lines) ?? state;
          }
          expect(held(destination)).toEqual(truth(table));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a delta', () => {
  it('that tells a row as changed and as deleted is of one that was created again: it stays', async () => {
    for (const pages of [1, 3]) {
      const setup: Setup = { strategy: 'change_tracking' };
      const table = createFakeTable(2);
      table.tellsOldDeletes = true;
      for (let n = 0; n < 9; n += 1) table.put(id(n), start + n * 1000);
      const destination: Destination = new Map();
      const first = await run(table, setup, undefined, start + 1_000_000);
      apply(destination, first.lines);
      for (const n of [1, 2]) table.remove(id(n));
      table.put(id(1), start + 1_100_000);
      // With more than a page of rows, the deletes come in other pages than the row.
      if (pages > 1) for (const n of [3, 4, 5, 6, 7]) table.put(id(n), start + 1_100_000);
      const { lines } = await run(table, setup, lastState(first.lines), start + 2_000_000);
      apply(destination, lines);
      expect(lines.flatMap((each) => (each.t === 'gone' ? [each.id] : []))).toEqual([id(2)]);
      expect(lines.findLastIndex(({ t }) => t === 'row')).toBeLessThan(
        lines.findIndex(({ t }) => t === 'gone'),
      );
      expect(held(destination)).toEqual(truth(table));
    }
  });
});

describe('an expired token', () => {
  it('leads to a reload, and rows deleted in the gap become tombstones', async () => {
    for (const small of [true, false]) {
      const setup: Setup = { strategy: 'change_tracking', small };
      const table = createFakeTable(3);
      for (let n = 0; n < 30; n += 1) table.put(id(n), start + n * 1000);
      const destination: Destination = new Map();
      const first = await run(table, setup, undefined, start + 1_000_000 + Number(small));
      apply(destination, first.lines);
      for (const n of [2, 5, 11]) table.remove(id(n));
      table.put(id(50), start + 1_100_000);
      // Below the version that the changes have brought, above that of the token.
      table.expiredBelow = 134;
      const second = await run(table, setup, lastState(first.lines), start + 2_000_000 + Number(small));
      expect(second.failed).toBe(false);
      apply(destination, second.lines);
      expect(held(destination)).toEqual(truth(table));
    }
  });

  it.each([false, true])(
    'is survived when the run is killed in the reload; by versions: %s',
    async (activateVersion) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(50), { minLength: 1, maxLength: 3 }),
          fc.uniqueArray(fc.nat(29), { maxLength: 8 }),
          fc.array(fc.nat(29), { maxLength: 12 }),
          async (kills, gone, changed) => {
            const setup: Setup = { strategy: 'change_tracking', activateVersion };
            const table = createFakeTable(3);
            for (let n = 0; n < 30; n += 1) table.put(id(n), start + n * 1000);
            const destination: Destination = new Map();
            let clock = start + 1_000_000 + Math.floor(Math.random() * 1e9) * 1000;
            const first = await run(table, setup, undefined, clock);
            apply(destination, first.lines);
            let state = lastState(first.lines);
            for (const n of gone) table.remove(id(n));
            table.expiredBelow = 130 + gone.length;
            // Some rows change while the table is read again, so that the delta after it has pages.
            const pending = changed.filter((n) => !gone.includes(n));
            table.interfere = () => {
              const n = pending.shift();
              if (n !== undefined) table.put(id(n), clock);
            };
            for (const writes of [...kills, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]) {
              clock += 1000;
              const { lines } = await run(table, setup, state, clock, writes);
              apply(destination, lines);
              state = lastState(lines) ?? state;
            }
            expect(held(destination)).toEqual(truth(table));
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  it('tells deletes of rows, too, that were made while a load was under way which never came to its end', async () => {
    for (const writes of [3, 4, 5, 6, 8, 11, 15, 20]) {
      const setup: Setup = { strategy: 'change_tracking' };
      const table = createFakeTable(2);
      for (let n = 0; n < 30; n += 1) table.put(id(n), start + n * 1000);
      const made = [15, 25].map((n) => id(n + 100));
      table.interfere = () => {
        // The keys have been scanned: now come the rows.
        if (!table.requests.at(-1)?.includes('orderby')) return;
        for (const [n, each] of made.entries()) table.put(each, start + n * 10_000);
        table.interfere = () => undefined;
      };
      const destination: Destination = new Map();
      const clock = start + 1_000_000 + writes * 10_000_000;
      const first = await run(table, setup, undefined, clock, writes);
      apply(destination, first.lines);
      for (const each of made) table.remove(each);
      table.expiredBelow = 134;
      const second = await run(table, setup, lastState(first.lines), clock + 1_000_000);
      apply(destination, second.lines);
      expect([writes, held(destination)]).toEqual([writes, truth(table)]);
    }
  });

  it.each([
    ['modifiedon', []],
    ['versionnumber', ['modifiedon']],
    ['full', ['modifiedon', 'versionnumber']],
  ] as const)(
    'of a table whose tracking was switched off leads to the next best strategy, its deletes told once more: %s',
    async (next, without) => {
      const setup: Setup = { strategy: 'change_tracking', without };
      const table = createFakeTable(3);
      for (let n = 0; n < 10; n += 1) table.put(id(n), start + n * 1000);
      const first = await run(table, setup, undefined, start + 1_000_000);
      const destination: Destination = new Map();
      apply(destination, first.lines);
      table.tracked = false;
      table.put(id(3), start + 1_500_000);
      table.remove(id(7));
      const second = await run(table, setup, lastState(first.lines), start + 2_000_000);
      apply(destination, second.lines);
      expect(second.failed).toBe(false);
      expect(second.lines).toContainEqual({ t: 'gone', id: id(7) });
      expect(second.lines).toContainEqual({ t: 'gone', id: id(7) });
      expect(lastState(second.lines)).toMatchObject({ strategy: next });
      expect(held(destination)).toEqual(truth(table));
    },
  );
});
