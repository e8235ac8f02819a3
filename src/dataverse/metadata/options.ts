import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Client } from '../types.ts';
import { isRefusal, rowsOf } from './definitions.ts';
import { queryAttributes } from './details.ts';
import type { ColumnType, Table } from './types.ts';

/** An option of a choice column, in one language. */
interface Option {
  readonly value: number;
  readonly label: string;
  /** Language as a Windows locale id: 1033 is English (United States). */
  readonly language: number;
  /** Place among the options of its column, from 0. */
  readonly order: number;
  /** `#0000ff`, where the option has a colour. */
  readonly colour: string | undefined;
}

/** Options of a table's columns, by the columns' logical names. */
type TableOptions = ReadonlyMap<string, readonly Option[]>;

/** Asks for the options of a few tables, by logical name of the table. */
export type OptionReader = (tables: readonly Table[]) => Promise<ReadonlyMap<string, TableOptions>>;

/** Kinds of column that have options, with the attribute type to cast to. */
const casts: Partial<Record<ColumnType, string>> = {
  choice: 'PicklistAttributeMetadata',
  choices: 'MultiSelectPicklistAttributeMetadata',
  state: 'StateAttributeMetadata',
  status: 'StatusAttributeMetadata',
  boolean: 'BooleanAttributeMetadata',
};

/** True for a table that has a column with options. */
export function hasOptions(table: Table): boolean {
  return table.columns.some((column) => casts[column.type] !== undefined);
}

/**
 * Reads options in all languages: many tables in one query, or, where that is refused or leaves columns without options (a
 * query knows the set of a column's own, not surely a global one), by a cast for each kind of column of each table (Microsoft: "Query schema definitions", "Query table definitions using the Web API").
 */
export function optionReader(client: Client): OptionReader {
  let queries = true;
  return async (tables) => {
    if (queries) {
      try {
        const found = await byQuery(client, tables);
        const lacking = tables.filter((table) => lacksOptions(table, found.get(table.logicalName)));
        return new Map([...found, ...(await byCast(client, lacking))]);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        queries = false;
      }
    }
    return byCast(client, tables);
  };
}

function lacksOptions(table: Table, options: TableOptions | undefined): boolean {
  return table.columns.some(
    ({ type, logicalName }) => casts[type] !== undefined && !options?.get(logicalName)?.length,
  );
}

async function byQuery(client: Client, tables: readonly Table[]): Promise<ReadonlyMap<string, TableOptions>> {
  const rows = await queryAttributes(
    client,
    tables.map((table) => table.logicalName),
    // Multi-select columns are of type Virtual.
    {
      properties: ['LogicalName', 'OptionSet'],
      types: ['Picklist', 'State', 'Status', 'Boolean', 'Virtual'],
    },
  );
  return new Map(rows.map((row) => [String(row['LogicalName']), optionsOfAttributes(row['Attributes'])]));
}

async function byCast(client: Client, tables: readonly Table[]): Promise<ReadonlyMap<string, TableOptions>> {
  const found = new Map<string, TableOptions>();
  for (const table of tables) {
    const kinds = new Set(table.columns.flatMap(({ type }) => casts[type] ?? []));
    const rows = await Promise.all(
      [...kinds].map((kind) => rowsOf(client, castUrl(table.logicalName, kind))),
    );
    found.set(table.logicalName, optionsOfAttributes(rows.flat()));
  }
  return found;
}

function castUrl(table: string, kind: string): string {
  const path = `EntityDefinitions(LogicalName='${table}')/Attributes/Microsoft.Dynamics.CRM.${kind}`;
  const expand =
    kind === 'BooleanAttributeMetadata'
      ? 'OptionSet($select=TrueOption,FalseOption)'
      : 'OptionSet($select=Options),GlobalOptionSet($select=Options)';
  return `${path}?$select=LogicalName&$expand=${expand}`;
}

function optionsOfAttributes(attributes: unknown): TableOptions {
  const rows = Array.isArray(attributes) ? attributes.filter(isJsonObject) : [];
  return new Map(
    rows.map((row): [string, readonly Option[]] => {
      const sets = [row['OptionSet'], row['GlobalOptionSet']].filter(isJsonObject);
      return [String(row['LogicalName']), sets.map(optionsOf).find((options) => options.length > 0) ?? []];
    }),
  );
}

function optionsOf(set: JsonObject): Option[] {
  const options = Array.isArray(set['Options']) ? set['Options'] : [set['FalseOption'], set['TrueOption']];
  return options.filter(isJsonObject).flatMap((option, order) => {
    const value = option['Value'];
    const colour = option['Color'];
    if (typeof value !== 'number') return [];
    return labelsOf(option['Label']).map(({ label, language }) => ({
      value,
      label,
      language,
      order,
      colour: typeof colour === 'string' && colour !== '' ? colour : undefined,
    }));
  });
}

function labelsOf(value: Json | undefined): { readonly label: string; readonly language: number }[] {
  const labels = isJsonObject(value) ? value['LocalizedLabels'] : undefined;
  return (Array.isArray(labels) ? labels : []).filter(isJsonObject).flatMap((each) => {
    const { Label: label, LanguageCode: language } = each;
    return typeof label === 'string' && typeof language === 'number' ? [{ label, language }] : [];
  });
}
