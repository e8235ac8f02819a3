import { ConnectorError } from '../../core/errors.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { Client } from '../types.ts';
import { isRefusal, labelOf, rowsOf, textOf } from './definitions.ts';

/** A column as EntityDefinitions describes it. */
export interface AttributeDefinition {
  /** `AttributeTypeName`: `PicklistType`, `MemoType`. */
  readonly type: string;
  /** False where the Web API does not return the column and refuses a query that names it (`IsValidODataAttribute`). */
  readonly readable: boolean;
  readonly displayName: string | undefined;
}

/** Attributes by table and logical name. */
export type Attributes = ReadonlyMap<string, ReadonlyMap<string, AttributeDefinition>>;

const attributeColumns = 'LogicalName,AttributeTypeName,IsValidODataAttribute,DisplayName';

/**
 * The attributes of a few tables, in one request. Where the server refuses that one, for what it says of a table or for its
 * length, table by table; a table that is refused even so is missing from the result. Undefined where attributes are
 * forbidden: Entity and Attribute are two privileges, and a user may have the first alone.
 */
export async function attributesOf(
  client: Client,
  tables: readonly string[],
): Promise<Attributes | undefined> {
  try {
    return await together(client, tables);
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'permission') return undefined;
    if (!isRefusal(error)) throw error;
    return oneByOne(client, tables);
  }
}

async function together(client: Client, tables: readonly string[]): Promise<Attributes> {
  const filter = tables.map((table) => `LogicalName eq '${table}'`).join(' or ');
  const rows = await rowsOf(
    client,
    `EntityDefinitions?$select=LogicalName&$filter=${filter}&$expand=Attributes($select=${attributeColumns})`,
  );
  return new Map(rows.map((row) => [textOf(row['LogicalName']) ?? '', definitionsOf(row['Attributes'])]));
}

async function oneByOne(client: Client, tables: readonly string[]): Promise<Attributes> {
  const found = new Map<string, ReadonlyMap<string, AttributeDefinition>>();
  for (const table of tables) {
    try {
      const url = `EntityDefinitions(LogicalName='${table}')/Attributes?$select=${attributeColumns}`;
      found.set(table, definitionsOf(await rowsOf(client, url)));
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return found;
}

function definitionsOf(rows: Json | undefined): Map<string, AttributeDefinition> {
  const attributes = new Map<string, AttributeDefinition>();
  if (!Array.isArray(rows)) return attributes;
  for (const row of rows.filter(isJsonObject)) {
    const typeName = row['AttributeTypeName'];
    attributes.set(textOf(row['LogicalName']) ?? '', {
      type: (isJsonObject(typeName) ? textOf(typeName['Value']) : undefined) ?? '',
      readable: row['IsValidODataAttribute'] !== false,
      displayName: labelOf(row['DisplayName']),
    });
  }
  return attributes;
}
