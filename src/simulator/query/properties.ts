import { type Refusal, refusal } from '../errors.ts';
import type { Column, Table } from '../schema/types.ts';
import type { World } from '../world.ts';

/** Property lookup by wire name. Columns that the Web API does not surface are unknown to it. */
export function propertyOf(table: Table, name: string): Column | undefined {
  return propertiesOf(table).get(name);
}

const cache = new WeakMap<Table, Map<string, Column>>();

function propertiesOf(table: Table): Map<string, Column> {
  let properties = cache.get(table);
  if (properties === undefined) {
    properties = new Map(
      table.columns.filter((column) => column.surfaced !== false).map((column) => [column.name, column]),
    );
    cache.set(table, properties);
  }
  return properties;
}

export const surfacedColumns = (table: Table): readonly Column[] => [...propertiesOf(table).values()];

export function unknownProperty(world: World, name: string, table: Table): Refusal {
  return refusal(
    400,
    world.switches.unknownPropertyCode,
    `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
  );
}

/** The lookup column and target behind a single-valued navigation property. */
export function navigationOf(
  world: World,
  table: Table,
  name: string,
): { lookup: Column; target: Table } | undefined {
  for (const lookup of surfacedColumns(table)) {
    for (const navigation of lookup.navigations ?? []) {
      if (navigation.name !== name) continue;
      const target = world.schema.byName(navigation.target);
      if (target !== undefined) return { lookup, target };
    }
  }
  return undefined;
}
