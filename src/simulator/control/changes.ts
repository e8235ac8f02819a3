import { guidOf } from '../rows/guid.ts';
import { saltOf } from '../rows/random.ts';
import type { WritableStore } from '../rows/store.ts';
import { isReference, type Value } from '../rows/values.ts';
import type { Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { ControlError, readValues } from './input.ts';

/** Changes to rows, as users, plug-ins and imports make them. Tables go by set or logical name. */
export interface Changes {
  /** Creates rows of the given values; what is not given is null or the platform's default. Returns the keys. */
  readonly create: (table: string, rows: readonly unknown[]) => string[];
  /** Values may set system columns too: a backdated `modifiedon`, for example. */
  readonly update: (table: string, key: string, values: unknown) => void;
  readonly remove: (table: string, key: string) => void;
  /** Imports generated rows, all of the same second (epoch milliseconds). Returns the keys. */
  readonly bulk: (table: string, count: number, at?: number) => string[];
  /** Gives rows a new version and nothing else, as the recalculation of a rollup does. */
  readonly touch: (table: string, keys: readonly string[]) => void;
}

/** Changes that take their versions at once and are seen when committed. */
export interface Transaction extends Changes {
  readonly commit: () => void;
}

/** How a change gets its version, and when it is done. */
interface Writing {
  readonly version: () => number;
  readonly apply: (change: () => void) => void;
}

export function changesOf(world: World): Changes {
  return changesBy(world, { version: world.versions.next, apply: (change) => change() });
}

/** A transaction that runs until it is committed: its versions are early, its rows late. */
export function beginTransaction(world: World): Transaction {
  const pending: (() => void)[] = [];
  const changes = changesBy(world, {
    version: () => {
      const held = world.versions.hold();
      pending.push(held.release);
      return held.version;
    },
    apply: (change) => pending.push(change),
  });
  return {
    ...changes,
    commit: () => {
      for (const change of pending.splice(0)) change();
    },
  };
}

/** Rows imported so far, by world: each takes the next place after the generated ones. */
const imported = new WeakMap<World, number>();

function changesBy(world: World, { version, apply }: Writing): Changes {
  const stampsOfChange = (at = world.clock.now()): Record<string, Value> => ({
    modifiedon: at,
    _modifiedby_value: { table: 'systemuser', id: world.userId },
    versionnumber: version(),
  });
  /** Columns that the platform fills when a row is created. */
  const stampsOfCreation = (table: Table, key: string, at = world.clock.now()): Record<string, Value> =>
    present(table, {
      [table.key]: key,
      ...(table.inheritedKey === undefined ? {} : { [table.inheritedKey]: key }),
      createdon: at,
      _createdby_value: { table: 'systemuser', id: world.userId },
      ...stampsOfChange(at),
    });
  return {
    create: (name, rows) => {
      const target = storeNamed(world, name);
      const { table } = target;
      const read = rows.map((row) => {
        const values = readValues(table, row);
        const key = String(values[table.key] ?? crypto.randomUUID());
        if (target.find(key) !== undefined)
          throw new ControlError(`${table.setName} already has a row ${key}`);
        return { key, values };
      });
      for (const { key, values } of read) {
        const all = { ...defaults(world, table), ...stampsOfCreation(table, key), ...values };
        apply(() => target.put(key, all));
      }
      return read.map(({ key }) => key);
    },
    update: (name, key, row) => {
      const target = storeWith(world, name, key);
      const values = { ...present(target.table, stampsOfChange()), ...readValues(target.table, row) };
      apply(() => target.put(key, values));
    },
    remove: (name, key) => {
      const target = storeWith(world, name, key);
      const at = version();
      apply(() => target.remove(key, at, world.clock.now()));
    },
    bulk: (name, count, at) => {
      const target = storeNamed(world, name);
      if (!Number.isInteger(count) || count < 1)
        throw new ControlError('count must be a whole number above 0');
      return Array.from({ length: count }, () => {
        const place = imported.get(world) ?? 0;
        imported.set(world, place + 1);
        const index = target.generated.count + place;
        const key = guidOf(saltOf(`${target.table.logicalName}/import`), index);
        const stamps = stampsOfCreation(target.table, key, at);
        apply(() => target.put(key, stamps, target.generated.row(index, undefined, key)));
        return key;
      });
    },
    touch: (name, keys) => {
      for (const key of keys) {
        const target = storeWith(world, name, key);
        const values = { versionnumber: version() };
        apply(() => target.put(key, values));
      }
    },
  };
}

/** Rows that move to long-term retention vanish; whether change tracking calls them deleted is a switch. */
export function retainRows(world: World, name: string, keys: readonly string[]): void {
  for (const key of keys) {
    const target = storeWith(world, name, key);
    if (world.switches.retentionDeletes) target.remove(key, world.versions.next(), world.clock.now());
    else target.hide(key);
  }
}

function storeNamed(world: World, name: string): WritableStore {
  const found = world.writable(tableNamed(world, name).logicalName);
  if (found === undefined) throw new ControlError(`rows of ${name} are made of others; change those`);
  return found;
}

function storeWith(world: World, name: string, key: string): WritableStore {
  const found = storeNamed(world, name);
  if (found.find(key) === undefined) throw new ControlError(`${found.table.setName} has no row ${key}`);
  return found;
}

export function tableNamed(world: World, name: string): Table {
  const table = world.schema.bySet(name) ?? world.schema.byName(name);
  if (table === undefined) throw new ControlError(`there is no table ${name}`);
  return table;
}

function defaults(world: World, table: Table): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const column of table.columns) {
    if (column.type === 'state') values[column.name] = 0;
    if (column.type === 'status')
      values[column.name] = column.options?.find((option) => option.state === 0)?.value ?? 1;
    if (column.type === 'boolean') values[column.name] = false;
    if (column.recipe === 'activity-type') values[column.name] = table.logicalName;
  }
  const owner = { table: 'systemuser', id: world.userId };
  const currency = world
    .store('organization')
    ?.walk('key')
    [Symbol.iterator]()
    .next()
    .value?.value('_basecurrencyid_value');
  return present(table, {
    ...values,
    _ownerid_value: owner,
    _owninguser_value: owner,
    _owningbusinessunit_value: { table: 'businessunit', id: world.businessUnitId },
    _transactioncurrencyid_value: isReference(currency ?? null) ? (currency ?? null) : null,
    exchangerate: '1.0000000000',
  });
}

/** Leaves out what the table has no column for. */
const present = (table: Table, values: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(values).filter(([name]) => table.columns.some((column) => column.name === name)),
  );
