import { ConnectorError } from '../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Client } from '../types.ts';
import { isPublishedByMicrosoft } from './known.ts';
import type { TableKind } from './types.ts';

/** A table as EntityDefinitions describes it, as far as `$metadata` does not. */
export interface TableDefinition {
  readonly logicalName: string;
  readonly primaryId: string | undefined;
  readonly kind: TableKind;
  readonly changeTracking: boolean | undefined;
  readonly private: boolean;
  readonly custom: boolean;
  readonly displayName: string | undefined;
}

const purpose = 'discovery';

const tableColumns =
  'LogicalName,PrimaryIdAttribute,ChangeTrackingEnabled,TableType,DataProviderId,IsIntersect,IsPrivate,IsCustomEntity,DisplayName';

/**
 * All tables, by logical name, in one request: the server does not page EntityDefinitions and refuses `$top` and
 * `$orderby` (Microsoft: "Query table definitions using the Web API").
 */
export async function tableDefinitions(client: Client): Promise<ReadonlyMap<string, TableDefinition>> {
  const rows = await rowsOf(client, `EntityDefinitions?$select=${tableColumns}`);
  return new Map(rows.map(tableDefinition).map((table) => [table.logicalName, table]));
}

/** The `value` rows of an answer. @throws ConnectorError `protocol` when the answer is something else. */
export async function rowsOf(client: Client, url: string): Promise<readonly JsonObject[]> {
  const body = await jsonOf(client, url);
  const rows = body['value'];
  if (!Array.isArray(rows)) throw unexpected(url, 'has no value');
  return rows.filter(isJsonObject);
}

/** An answer's JSON object. Spaces are encoded here, so that callers write queries as people read them. */
export async function jsonOf(client: Client, url: string): Promise<JsonObject> {
  const answer = await client.get({ url: url.replaceAll(' ', '%20'), stream: purpose });
  let body: unknown;
  try {
    body = JSON.parse(answer.body.toString('utf8'));
  } catch (cause) {
    throw unexpected(url, 'is not JSON', cause);
  }
  if (!isJsonObject(body)) throw unexpected(url, 'is not a JSON object');
  return body;
}

/** True where the server does not let us ask, and asking again would not help: the caller does without. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  return error.kind === 'permission' || [400, 403, 404, 405, 501].includes(error.details.status ?? 0);
}

function unexpected(url: string, what: string, cause?: unknown): ConnectorError {
  const path = url.slice(0, url.search(/[?(]|$/));
  return new ConnectorError('protocol', `The server's answer to ${path} ${what}; discovery cannot go on.`, {
    url: path,
    cause,
  });
}

function tableDefinition(row: JsonObject): TableDefinition {
  const logicalName = textOf(row['LogicalName']) ?? '';
  return {
    logicalName,
    primaryId: textOf(row['PrimaryIdAttribute']),
    kind: kindOf(row),
    changeTracking: flag(row['ChangeTrackingEnabled']),
    private: flag(row['IsPrivate']) ?? false,
    custom: (flag(row['IsCustomEntity']) ?? false) && !isPublishedByMicrosoft(logicalName),
    displayName: labelOf(row['DisplayName']),
  };
}

function kindOf(row: JsonObject): TableKind {
  if (row['TableType'] === 'Virtual') return 'virtual';
  if (row['TableType'] === 'Elastic') return 'elastic';
  if (row['IsIntersect'] === true) return 'intersect';
  // Old metadata has no table type; then a data provider marks the virtual ones.
  return row['TableType'] == null && textOf(row['DataProviderId']) !== undefined ? 'virtual' : 'standard';
}

/** The label in the language of the user that we sign in as, or else in the first language there is. */
export function labelOf(value: Json | undefined): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const user = value['UserLocalizedLabel'];
  if (isJsonObject(user)) return textOf(user['Label']);
  const [first] = Array.isArray(value['LocalizedLabels']) ? value['LocalizedLabels'] : [];
  return isJsonObject(first) ? textOf(first['Label']) : undefined;
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function flag(value: Json | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
