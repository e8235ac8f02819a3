import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Client } from '../types.ts';
import { isRefusal, jsonOf, rowsOf } from './definitions.ts';

/** Columns with behaviour TimeZoneIndependent, by table; undefined where the server would not say. */
export type NaiveColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Asks which date-time columns are TimeZoneIndependent. DateTimeBehavior belongs to a derived attribute type, which
 * `EntityDefinitions?$expand=Attributes(...)` cannot name. RetrieveMetadataChanges can, for many tables in one request
 * (Microsoft: "Query schema definitions"); where it is refused, the documented cast is asked for table by table.
 * A refusal is remembered, so that an organisation costs a few vain requests, not hundreds.
 */
export function behaviorReader(
  client: Client,
): (tables: readonly string[]) => Promise<NaiveColumns | undefined> {
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

async function byQuery(client: Client, tables: readonly string[]): Promise<NaiveColumns> {
  const query = {
    Properties: { AllProperties: false, PropertyNames: ['LogicalName', 'Attributes'] },
    Criteria: {
      FilterOperator: 'Or',
      Conditions: tables.map((table) => equals('LogicalName', 'System.String', table)),
    },
    AttributeQuery: {
      Properties: { AllProperties: false, PropertyNames: ['LogicalName', 'DateTimeBehavior'] },
      Criteria: {
        FilterOperator: 'And',
        Conditions: [equals('AttributeType', 'Microsoft.Xrm.Sdk.Metadata.AttributeTypeCode', 'DateTime')],
      },
    },
  };
  const url = `RetrieveMetadataChanges(Query=@p1)?@p1=${encodeURIComponent(JSON.stringify(query))}`;
  const found = (await jsonOf(client, url))['EntityMetadata'];
  const rows = Array.isArray(found) ? found.filter(isJsonObject) : [];
  return new Map(rows.map((row) => [String(row['LogicalName']), naiveOf(row['Attributes'])]));
}

async function byCast(client: Client, tables: readonly string[]): Promise<NaiveColumns> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const table of tables) {
    const attributes = `EntityDefinitions(LogicalName='${table}')/Attributes`;
    const rows = await rowsOf(
      client,
      `${attributes}/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior`,
    );
    found.set(table, naiveOf(rows));
  }
  return found;
}

function equals(property: string, type: string, value: string): JsonObject {
  return { ConditionOperator: 'Equals', PropertyName: property, Value: { Type: type, Value: value } };
}

function naiveOf(attributes: unknown): ReadonlySet<string> {
  const rows = Array.isArray(attributes) ? attributes.filter(isJsonObject) : [];
  const naive = rows.filter((row) => {
    const behavior = row['DateTimeBehavior'];
    return isJsonObject(behavior) && behavior['Value'] === 'TimeZoneIndependent';
  });
  return new Set(naive.map((row) => String(row['LogicalName'])));
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
