import { type Blocks, createBlocks } from './answers/blocks.ts';
import { type Clock, clockFrom } from './clock.ts';
import type { SimulatorOptions } from './options.ts';
import { type GeneratedRows, generatedRows } from './rows/generated.ts';
import { guidOf } from './rows/guid.ts';
import { makerOf, type Surroundings } from './rows/makers.ts';
import { saltOf } from './rows/random.ts';
import { type Store, storeOf, type WritableStore } from './rows/store.ts';
import { unionOf } from './rows/union.ts';
import { builtInTables, installedTables } from './schema/tables.ts';
import type { Table } from './schema/types.ts';
import { defaultSwitches, type Switches } from './switches.ts';

/** The simulated environment: tables, rows, time and versions. Everything that a request reads hangs off this. */
export interface World {
  readonly options: SimulatorOptions;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly tables: readonly Table[];
  readonly tableBySet: (setName: string) => Table | undefined;
  readonly table: (logicalName: string) => Table | undefined;
  readonly store: (logicalName: string) => Store | undefined;
  /** Undefined for unions, whose parts are written instead. */
  readonly writable: (logicalName: string) => WritableStore | undefined;
  /** The database-wide row version: the last one given out. */
  readonly version: () => number;
  readonly nextVersion: () => number;
  /** `globalmetadataversion`, which grows with schema edits. */
  readonly metadataVersion: () => number;
  /** Ready-made stretches of pages, with `--prebuilt`. */
  readonly blocks: Blocks | undefined;
  readonly organizationId: string;
  /** The application user that calls. */
  readonly userId: string;
  readonly businessUnitId: string;
}

const year = 365 * 86_400_000;
const day = 86_400_000;
const firstVersion = 1_000_000;

export function createWorld(options: SimulatorOptions): World {
  const clock = clockFrom(options.now);
  const tables = installedTables(builtInTables, options.without ?? []);
  const byName = new Map(tables.map((table) => [table.logicalName, table]));
  const bySet = new Map(tables.map((table) => [table.setName, table]));
  const seed = options.seed ?? 1;
  const organizationId = guidOf(saltOf(`${seed}/organization`), 0);

  // Rows fill the three years before the day on which the environment starts, so that a restart on the same day finds them again.
  const today = Math.floor(clock.now() / day) * day;
  const step = 2 ** Math.ceil(Math.log2(tables.length + 1));
  const generated = new Map<string, GeneratedRows>();
  const surroundings: Surroundings = {
    seed,
    organizationId,
    expireChangeTrackingInDays: 7,
    rowsOf: (name) => generated.get(name),
  };
  tables.forEach((table, ordinal) => {
    if (table.unionOf !== undefined) return;
    const own = (): GeneratedRows => {
      const rows = generated.get(table.logicalName);
      if (rows === undefined) throw new Error(`rows of ${table.logicalName} are not there yet`);
      return rows;
    };
    const made = generatedRows({
      table,
      seed,
      count: rowCount(table, options),
      from: today - 3 * year,
      to: today - 1000,
      versionStart: firstVersion + ordinal,
      versionStep: step,
      maker: (column) => makerOf(table, column, surroundings, own),
    });
    generated.set(table.logicalName, made);
  });

  const writable = new Map<string, WritableStore>();
  for (const [name, rows] of generated) {
    const table = byName.get(name);
    if (table !== undefined) writable.set(name, storeOf(table, rows));
  }
  const stores = new Map<string, Store>(writable);
  for (const table of tables) {
    if (table.unionOf === undefined) continue;
    const parts = table.unionOf.flatMap((name) => writable.get(name) ?? []);
    stores.set(table.logicalName, unionOf(table, parts));
  }

  const most = Math.max(0, ...[...generated.values()].map((rows) => rows.count));
  let version = firstVersion + step * (most + 1);
  const keyOf = (table: string): string => {
    const rows = generated.get(table);
    return rows !== undefined && rows.count > 0 ? rows.key(0) : guidOf(saltOf(table), seed);
  };
  return {
    options,
    switches: { ...defaultSwitches, ...options.switches },
    clock,
    tables,
    tableBySet: (name) => bySet.get(name),
    table: (name) => byName.get(name),
    store: (name) => stores.get(name),
    writable: (name) => writable.get(name),
    version: () => version,
    nextVersion: () => ++version,
    metadataVersion: () => 6_012_567,
    blocks: options.prebuilt ? createBlocks() : undefined,
    organizationId,
    userId: keyOf('systemuser'),
    businessUnitId: keyOf('businessunit'),
  };
}

/** `--rows` may name a table by its set or its logical name; `*` stands for all others. */
function rowCount(table: Table, options: SimulatorOptions): number {
  if (table.ownership === 'None') return table.rows;
  const rows = options.rows ?? {};
  return rows[table.setName] ?? rows[table.logicalName] ?? rows['*'] ?? table.rows;
}
