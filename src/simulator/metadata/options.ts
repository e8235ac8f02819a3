import type { Column, Option, Table } from '../schema/types.ts';
import { labelObject, managedProperty, metadataId } from './labels.ts';

/** The OptionSet of a choice, state, status or boolean column; null for other columns. */
export function optionSetOf(table: Table, column: Column): Record<string, unknown> | null {
  if (column.options === undefined) return null;
  const path = `${table.logicalName}.${column.logicalName}`;
  const common = {
    MetadataId: metadataId('optionset', path),
    HasChanged: null,
    IsCustomOptionSet: column.custom === true,
    IsGlobal: column.globalOptions !== undefined,
    IsManaged: column.custom !== true,
    Name: column.globalOptions ?? `${table.logicalName}_${column.logicalName}`,
    ExternalTypeName: null,
    OptionSetType: optionSetType(column),
    IntroducedVersion: '5.0.0.0',
    ParentOptionSetName: null,
    Description: labelObject(undefined, path),
    DisplayName: labelObject(column.label, `optionset/${path}`),
    IsCustomizable: managedProperty(true, 'iscustomizable'),
  };
  if (column.type !== 'boolean') {
    return { ...common, Options: column.options.map((option) => optionObject(column, option, path)) };
  }
  const [no, yes] = column.options;
  return {
    ...common,
    TrueOption: yes === undefined ? null : optionObject(column, yes, path),
    FalseOption: no === undefined ? null : optionObject(column, no, path),
  };
}

function optionSetType({ type }: Column): string {
  if (type === 'boolean') return 'Boolean';
  if (type === 'state') return 'State';
  return type === 'status' ? 'Status' : 'Picklist';
}

/** Options of a derived kind say so, even where the column they belong to does not. */
function optionObject(column: Column, option: Option, path: string) {
  const derived = column.type === 'state' ? 'State' : column.type === 'status' ? 'Status' : undefined;
  return {
    ...(derived === undefined ? {} : { '@odata.type': `#Microsoft.Dynamics.CRM.${derived}OptionMetadata` }),
    Value: option.value,
    Color: null,
    IsManaged: column.custom !== true,
    ExternalValue: null,
    ParentValues: [],
    Tag: null,
    IsHidden: false,
    MetadataId: null,
    HasChanged: null,
    ...(derived === 'State'
      ? { DefaultStatus: option.defaultStatus ?? null, InvariantName: option.label }
      : {}),
    ...(derived === 'Status' ? { State: option.state ?? 0, TransitionData: null } : {}),
    Label: labelObject(option.label, `${path}/${option.value}`),
    Description: labelObject(undefined, path),
  };
}
