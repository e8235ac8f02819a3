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
  readonly update: (table: string, key: string, values: unknown) => void;
  readonly remove: (table: string, key: string) => void;
  /** Imports generated rows, all of the same second. Returns the keys. */
  readonly bulk: (table: string, count: number, at?: number) => string[];
}

export function changesOf(world: World): Changes {
  let imported = 0;
  const store = (name: string): WritableStore => {
    const table = tableNamed(world, name);
    const found = world.writable(table.logicalName);
    if (found === undefined) throw new ControlError(`${name} is a union; change the tables it shows`);
    return found;
  };
  const existing = (found: WritableStore, key: string): void => {
    if (found.find(key) === undefined) throw new ControlError(`${found.table.setName} has no row ${key}`);
  };
  return {
    create: (name, rows) => {
      const target = store(name);
      return rows.map((row) => {
        const values = readValues(target.table, row);
        const key = String(values[target.table.key] ?? crypto.randomUUID());
        if (target.find(key) !== undefined)
          throw new ControlError(`${target.table.setName} already has a row ${key}`);
        target.put(key, { ...defaults(world, target.table), ...stamps(world, target.table, key), ...values });
        return key;
      });
    },
    update: (name, key, row) => {
      const target = store(name);
      existing(target, key);
      const values = readValues(target.table, row);
      target.put(key, { ...present(target.table, changeStamps(world)), ...values });
    },
    remove: (name, key) => {
      const target = store(name);
      existing(target, key);
      target.remove(key, world.nextVersion(), world.clock.now());
    },
    bulk: (name, count, at) => {
      const target = store(name);
      if (!Number.isInteger(count) || count < 1)
        throw new ControlError('count must be a whole number above 0');
      return Array.from({ length: count }, () => {
        const index = target.generated.count + imported++;
        const key = guidOf(saltOf(`${name}/import`), index);
        target.put(key, stamps(world, target.table, key, at), target.generated.row(index));
        return key;
      });
    },
  };
}

export function tableNamed(world: World, name: string): Table {
  const table = world.tableBySet(name) ?? world.table(name);
  if (table === undefined) throw new ControlError(`there is no table ${name}`);
  return table;
}

const changeStamps = (world: World, at = world.clock.now()): Record<string, Value> => ({
  modifiedon: at,
  _modifiedby_value: { table: 'systemuser', id: world.userId },
  versionnumber: world.nextVersion(),
});

/** Columns that the platform fills when a row is created. */
const stamps = (world: World, table: Table, key: string, at = world.clock.now()): Record<string, Value> =>
  present(table, {
    [table.key]: key,
    ...(table.inheritedKey === undefined ? {} : { [table.inheritedKey]: key }),
    createdon: at,
    _createdby_value: { table: 'systemuser', id: world.userId },
    ...changeStamps(world, at),
  });

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
