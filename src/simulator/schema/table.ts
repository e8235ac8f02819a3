import { labelOf } from './columns.ts';
import type { Column, Module, Table } from './types.ts';

type Given = Partial<Omit<Table, 'columns'>> & {
  readonly schemaName: string;
  readonly objectTypeCode: number;
  readonly columns: readonly (Column | readonly Column[])[];
};

/** Makes a table from what is peculiar to it; the rest follows the platform's habits. */
export function table(given: Given): Table {
  const logicalName = given.schemaName.toLowerCase();
  const columns = given.columns.flat() as Column[];
  const label = given.label ?? labelOf(given.schemaName);
  const names = new Set<string>();
  for (const { logicalName: name } of columns) {
    if (names.has(name)) throw new Error(`table ${logicalName} declares column ${name} twice`);
    names.add(name);
  }
  const owned = columns.some((column) => column.type === 'owner');
  return {
    logicalName,
    setName: `${logicalName}s`,
    label,
    pluralLabel: `${label}s`,
    modules: ['core'] satisfies Module[],
    kind: 'standard',
    base: 'crmbaseentity',
    key: columns.find((column) => column.type === 'key')?.name ?? `${logicalName}id`,
    primaryName: columns.find((column) => column.logicalName === 'name')?.name,
    changeTracking: true,
    ownership: owned ? 'UserOwned' : 'OrganizationOwned',
    rows: 20,
    ...(columns.some((column) => column.type === 'image') ? { primaryImage: 'entityimage' } : {}),
    ...given,
    columns,
  };
}
