import { columnSchema } from '../scenario/schema.ts';
import { type ColumnSpec, columnsOfSpec } from '../schema/spec.ts';
import type { Column, Option, Table } from '../schema/types.ts';
import { problemsWith } from '../validate.ts';
import type { World } from '../world.ts';
import { tableNamed } from './changes.ts';
import { ControlError } from './input.ts';

/** Edits of the schema while the environment runs. Each makes the delta tokens of the table void. */
export interface SchemaEdits {
  readonly addColumn: (table: string, column: ColumnSpec) => void;
  readonly dropColumn: (table: string, column: string) => void;
  readonly addOption: (table: string, column: string, option: Option) => void;
  readonly setTracking: (table: string, tracked: boolean) => void;
}

export function schemaEditsOf(world: World): SchemaEdits {
  const edit = (name: string, change: (table: Table) => Table): void => {
    world.schema.edit(tableNamed(world, name).logicalName, change, world.versions.next());
  };
  const columnOf = (table: Table, name: string): Column => {
    const column = table.columns.find((each) => each.logicalName === name || each.name === name);
    if (column === undefined) throw new ControlError(`${table.logicalName} has no column ${name}`);
    return column;
  };
  return {
    addColumn: (name, spec) => {
      const problems = problemsWith(spec, columnSchema, 'the column');
      if (problems.length > 0) throw new ControlError(problems.join('; '));
      const added = columnsOfSpec(spec);
      edit(name, (table) => {
        const twice = added.find((each) =>
          table.columns.some((column) => column.logicalName === each.logicalName),
        );
        if (twice !== undefined)
          throw new ControlError(`${table.logicalName} already has a column ${twice.logicalName}`);
        return { ...table, columns: [...table.columns, ...added] };
      });
    },
    dropColumn: (name, columnName) =>
      edit(name, (table) => {
        const { logicalName, type } = columnOf(table, columnName);
        if (type === 'key' || type === 'version') throw new ControlError(`${logicalName} cannot be dropped`);
        const gone = (column: Column): boolean =>
          column.logicalName === logicalName || column.attributeOf === logicalName;
        return { ...table, columns: table.columns.filter((column) => !gone(column)) };
      }),
    addOption: (name, columnName, option) =>
      edit(name, (table) => {
        const column = columnOf(table, columnName);
        if (!Number.isInteger(option?.value) || typeof option.label !== 'string') {
          throw new ControlError('an option needs a whole number "value" and a "label"');
        }
        const changed = { ...column, options: [...(column.options ?? []), option] };
        return { ...table, columns: table.columns.map((each) => (each === column ? changed : each)) };
      }),
    setTracking: (name, tracked) => edit(name, (table) => ({ ...table, changeTracking: tracked })),
  };
}
