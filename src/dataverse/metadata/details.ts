import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Client } from '../types.ts';
import { isRefusal, jsonOf, rowsOf } from './definitions.ts';

/** What only the derived kinds of attribute tell. */
export interface AttributeDetail {
  /** A date-time with behaviour TimeZoneIndependent: a wall clock, not a moment. */
  readonly naive?: boolean;
  /** Logical names of the tables that a lookup can point to. */
  readonly targets?: readonly string[];
}

/** Details by table and attribute; attributes without any are left out. */
export type Details = ReadonlyMap<string, ReadonlyMap<string, AttributeDetail>>;

/** Asks for the details of a few tables; undefined where the server would not say. */
export type DetailReader = (tables: readonly string[]) => Promise<Details | undefined>;

/**
 * DateTimeBehavior and Targets belong to derived attribute types, which `EntityDefinitions?$expand=Attributes(...)` cannot
 * name. RetrieveMetadataChanges can, for many tables in one request (Microsoft: "Query schema definitions"); where it is
 * refused, the documented casts are asked for table by table. A refusal is remembered, so that an organisation costs a few
 * vain requests, not hundreds.
 */
export function detailReader(client: Client): DetailReader {
  let way: 'query' | 'cast' | 'none' = 'query';
  return async (tables) => {
    if (way === 'query') {
      const found = await unlessRefused(() => byQuery(client, tables));
      if (found !== undefined) return found;
      if (way === 'query') way = 'cast';
    }
    if (way === 'cast') {
      const found = await unlessRefused(() => byCast(client, tables));
      if (found !== undefined) return found;
      way = 'none';
    }
    return undefined;
  };
}

const typeCode = 'Microsoft.Xrm.Sdk.Metadata.AttributeTypeCode';

async function byQuery(client: Client, tables: readonly string[]): Promise<Details> {
  const rows = await queryAttributes(client, tables, {
    properties: ['LogicalName', 'DateTimeBehavior', 'Targets'],
    types: ['DateTime', 'Lookup', 'Customer', 'Owner'],
  });
  return new Map(rows.map((row) => [String(row['LogicalName']), detailsOf(row['Attributes'])]));
}

/** Tables with chosen properties of their attributes of certain types, whatever derived types those properties belong to. */
export async function queryAttributes(
  client: Client,
  tables: readonly string[],
  attributes: { readonly properties: readonly string[]; readonly types: readonly string[] },
): Promise<readonly JsonObject[]> {
  const query = {
    Properties: { AllProperties: false, PropertyNames: ['LogicalName', 'Attributes'] },
    Criteria: {
      FilterOperator: 'Or',
      Conditions: tables.map((name) => equals('LogicalName', 'System.String', name)),
    },
    AttributeQuery: {
      Properties: { AllProperties: false, PropertyNames: attributes.properties },
      Criteria: {
        FilterOperator: 'Or',
        Conditions: attributes.types.map((type) => equals('AttributeType', typeCode, type)),
      },
    },
  };
  const url = `RetrieveMetadataChanges(Query=@p1)?@p1=${encodeURIComponent(JSON.stringify(query))}`;
  const found = (await jsonOf(client, url))['EntityMetadata'];
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

function equals(property: string, type: string, value: string): JsonObject {
  return { ConditionOperator: 'Equals', PropertyName: property, Value: { Type: type, Value: value } };
}

async function byCast(client: Client, tables: readonly string[]): Promise<Details> {
  const found = new Map<string, ReadonlyMap<string, AttributeDetail>>();
  for (const table of tables) {
    const attributes = `EntityDefinitions(LogicalName='${table}')/Attributes/Microsoft.Dynamics.CRM`;
    const dates = `${attributes}.DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior`;
    const lookups = `${attributes}.LookupAttributeMetadata?$select=LogicalName,Targets`;
    const rows = await Promise.all([rowsOf(client, dates), rowsOf(client, lookups)]);
    found.set(table, detailsOf(rows.flat()));
  }
  return found;
}

function detailsOf(attributes: unknown): ReadonlyMap<string, AttributeDetail> {
  const rows = Array.isArray(attributes) ? attributes.filter(isJsonObject) : [];
  return new Map(
    rows.flatMap((row) => {
      const detail = detailOf(row);
      return detail === undefined ? [] : [[String(row['LogicalName']), detail]];
    }),
  );
}

function detailOf({ DateTimeBehavior: behavior, Targets: targets }: JsonObject): AttributeDetail | undefined {
  if (isJsonObject(behavior) && behavior['Value'] === 'TimeZoneIndependent') return { naive: true };
  if (!Array.isArray(targets) || targets.length === 0) return undefined;
  return { targets: targets.filter((target) => typeof target === 'string').sort() };
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
