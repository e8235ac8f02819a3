import { type Blocks, createBlocks } from './answers/blocks.ts';
import { type Clock, clockFrom } from './clock.ts';
import { createProtection, type Protection } from './limits/limits.ts';
import type { SimulatorOptions } from './options.ts';
import { type GeneratedRows, generatedRows } from './rows/generated.ts';
import { guidOf } from './rows/guid.ts';
import { makerOf, type Surroundings } from './rows/makers.ts';
import { optionRows } from './rows/option-rows.ts';
import { saltOf } from './rows/random.ts';
import { type Store, storeOf, type WritableStore } from './rows/store.ts';
import { listStore, unionOf } from './rows/union.ts';
import { assembleTables } from './schema/assemble.ts';
import { loadCsdl } from './schema/from-csdl/document.ts';
import { type LiveSchema, liveSchema } from './schema/live.ts';
import type { Table } from './schema/types.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import { createVersions, type Versions } from './versions.ts';

/** The simulated environment: tables, rows, time and versions. Everything that a request reads hangs off this. */
export interface World {
  readonly options: SimulatorOptions;
  readonly switches: Switches;
  readonly setSwitches: (changed: Partial<Switches>) => void;
  readonly clock: Clock;
  readonly versions: Versions;
  /** Service protection: who may still ask, and how long answers take. */
  readonly protection: Protection;
  readonly schema: LiveSchema;
  /** The `$metadata` document that the environment was started from, as long as the schema is as it says. */
  readonly givenCsdl: (annotated: boolean) => string | undefined;
  readonly store: (logicalName: string) => Store | undefined;
  /** Undefined for unions, whose parts are written instead. */
  readonly writable: (logicalName: string) => WritableStore | undefined;
  /** Ready-made stretches of pages, with `--prebuilt`. */
  readonly blocks: Blocks | undefined;
  readonly organizationId: string;
  /** Days after which change tracking forgets. */
  readonly changeTrackingDays: number;
  /** The application user that calls. */
  readonly userId: string;
  readonly businessUnitId: string;
}

const year = 365 * 86_400_000;
const day = 86_400_000;
const firstVersion = 1_000_000;

export function createWorld(options: SimulatorOptions): World {
  const clock = clockFrom(options.now, options.time);
  const csdl = options.csdl === undefined ? undefined : loadCsdl(options.csdl);
  const schema = liveSchema(
    assembleTables({ ...options, ...(csdl === undefined ? {} : { base: csdl.tables }) }),
  );
  const untouched = schema.version();
  const seed = options.seed ?? 1;
  const organizationId = guidOf(saltOf(`${seed}/organization`), 0);
  const changeTrackingDays = options.changeTrackingDays ?? 7;
  const generated = generateTables(schema, options, clock, {
    seed,
    organizationId,
    expireChangeTrackingInDays: changeTrackingDays,
  });
  const writable = new Map<string, WritableStore>();
  for (const [name, rows] of generated.rows)
    writable.set(
      name,
      storeOf(() => tableOf(schema, name), rows),
    );
  const stores = new Map<string, Store>(writable);
  for (const { logicalName, unionOf: parts } of schema.tables()) {
    if (parts === undefined) continue;
    stores.set(
      logicalName,
      unionOf(
        () => tableOf(schema, logicalName),
        parts.flatMap((name) => writable.get(name) ?? []),
      ),
    );
  }
  for (const { logicalName, listsOptions } of schema.tables()) {
    if (!listsOptions) continue;
    const rows = keptUntil(schema.version, () => optionRows(schema, organizationId));
    stores.set(
      logicalName,
      listStore(logicalName, () => tableOf(schema, logicalName), rows, schema.version),
    );
  }
  let switches: Switches = { ...defaultSwitches, ...options.switches };
  const keyOf = (table: string): string => {
    const rows = generated.rows.get(table);
    return rows !== undefined && rows.count > 0 ? rows.key(0) : guidOf(saltOf(table), seed);
  };
  return {
    options,
    get switches() {
      return switches;
    },
    setSwitches: (changed) => {
      switches = { ...switches, ...changed };
    },
    clock,
    versions: createVersions(clock, generated.lastVersion),
    protection: createProtection(clock, seed, {
      ...(options.latency === undefined ? {} : { latency: options.latency }),
      ...options.limits,
    }),
    schema,
    givenCsdl: (annotated) =>
      schema.version() === untouched && options.tables === undefined && options.columns === undefined
        ? csdl?.text(annotated)
        : undefined,
    store: (name) => stores.get(name),
    writable: (name) => writable.get(name),
    blocks: options.prebuilt ? createBlocks() : undefined,
    organizationId,
    changeTrackingDays,
    userId: keyOf('systemuser'),
    businessUnitId: keyOf('businessunit'),
  };
}

/** Works something out again only when its version has changed. */
function keptUntil<T>(version: () => number, make: () => T): () => T {
  let known: { readonly version: number; readonly value: T } | undefined;
  return () => {
    if (known?.version !== version()) known = { version: version(), value: make() };
    return known.value;
  };
}

function tableOf(schema: LiveSchema, name: string): Table {
  const table = schema.byName(name);
  if (table === undefined) throw new Error(`table ${name} is gone`);
  return table;
}

/** Rows fill the three years before the day on which the environment starts, so that a restart on the same day finds them again. */
function generateTables(
  schema: LiveSchema,
  options: SimulatorOptions,
  clock: Clock,
  known: Omit<Surroundings, 'rowsOf'>,
): { readonly rows: ReadonlyMap<string, GeneratedRows>; readonly lastVersion: number } {
  const today = Math.floor(clock.now() / day) * day;
  const tables = schema.tables();
  const step = 2 ** Math.ceil(Math.log2(tables.length + 1));
  const rows = new Map<string, GeneratedRows>();
  const surroundings: Surroundings = { ...known, rowsOf: (name) => rows.get(name) };
  tables.forEach((table, ordinal) => {
    if (table.unionOf !== undefined || table.listsOptions) return;
    const own = (): GeneratedRows => {
      const made = rows.get(table.logicalName);
      if (made === undefined) throw new Error(`rows of ${table.logicalName} are not there yet`);
      return made;
    };
    rows.set(
      table.logicalName,
      generatedRows({
        table: () => tableOf(schema, table.logicalName),
        seed: known.seed,
        count: rowCount(table, options),
        from: today - 3 * year,
        to: today - 1000,
        versionStart: firstVersion + ordinal,
        versionStep: step,
        maker: (column) => makerOf(table, column, surroundings, own),
      }),
    );
  });
  const most = Math.max(0, ...[...rows.values()].map((each) => each.count));
  return { rows, lastVersion: firstVersion + step * (most + 1) };
}

/** `--rows` may name a table by its set or its logical name; `*` stands for all others. */
function rowCount(table: Table, options: SimulatorOptions): number {
  if (table.ownership === 'None' && table.kind !== 'intersect' && table.logicalName !== 'activityparty')
    return table.rows;
  const rows = options.rows ?? {};
  const own = options.tables?.find(({ name }) => name.toLowerCase() === table.logicalName)?.rows;
  return rows[table.setName] ?? rows[table.logicalName] ?? own ?? rows['*'] ?? table.rows;
}
