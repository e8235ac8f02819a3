import { ConnectorError } from '../core/errors.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import { ask, type Question, type WhoAmI } from './ask.ts';
import type { Client } from './types.ts';

/** A table to try. */
export interface TriedTable {
  readonly setName: string;
  /** Its primary key column. */
  readonly key: string;
  /** Undefined when the server did not say. */
  readonly changeTracking: boolean | undefined;
}

/** How the environment looks to the user we are. */
export interface Diagnosis {
  /** Tables of which a row could be read, or that are empty. */
  readonly readable: number;
  /** One error a table that cannot be read. */
  readonly unreadable: readonly ConnectorError[];
  /** What is not as good as it could be, a sentence each. */
  readonly warnings: readonly string[];
}

/** What trying one table showed. */
type Finding =
  | { readonly kind: 'readable'; readonly tracked: boolean }
  | { readonly kind: 'partly readable'; readonly privilege: string }
  | { readonly kind: 'unreadable'; readonly error: ConnectorError };

/**
 * Reads a row of each table in the way that a sync would, and says what stands against a complete extract. Where a table
 * is tracked, the row is read with change tracking: under a role that sees only part of a table a plain read succeeds
 * with rows silently missing, but a tracked one is refused.
 * @throws ConnectorError when the service cannot be asked at all (`transient`, `throttled`, `auth`, …).
 */
export async function diagnose(
  client: Client,
  me: WhoAmI,
  tables: readonly TriedTable[],
): Promise<Diagnosis> {
  const days = await retentionDays(client, me.OrganizationId);
  const findings = await Promise.all(
    tables.map(async (table) => ({ table, finding: await tryTable(client, table) })),
  );

  const named = (kind: Finding['kind']) => findings.filter(({ finding }) => finding.kind === kind);
  const partly = findings.flatMap(({ table, finding }) =>
    finding.kind === 'partly readable' ? [`${table.setName} (${finding.privilege})`] : [],
  );
  const untracked = findings.flatMap(({ table, finding }) =>
    finding.kind === 'readable' && !finding.tracked ? [table.setName] : [],
  );
  return {
    readable: named('readable').length + partly.length,
    unreadable: findings.flatMap(({ finding }) => (finding.kind === 'unreadable' ? [finding.error] : [])),
    warnings: [
      ...(partly.length === 0
        ? []
        : [
            `The security role sees only part of these tables, so their extract would be incomplete: ${partly.join(', ')}. Give it Read for the whole organisation.`,
          ]),
      ...(untracked.length === 0
        ? []
        : [`Without change tracking, deleted rows of these tables go unnoticed: ${untracked.join(', ')}.`]),
      ...(days === undefined
        ? []
        : [
            `Change-tracking tokens are kept for ${days} days: a table that is read less often is read anew.`,
          ]),
    ],
  };
}

/** The tables that cannot be read, as one error. */
export function unreadableTables(errors: readonly ConnectorError[], tried: number): ConnectorError {
  const [first, ...others] = errors;
  if (first !== undefined && others.length === 0) return first;
  const lines = errors.map((error) => `  - ${error.message}`);
  const kind = first?.kind ?? 'permission';
  return new ConnectorError(
    kind,
    [`${errors.length} of ${tried} tables cannot be read:`, ...lines].join('\n'),
  );
}

async function tryTable(client: Client, table: TriedTable): Promise<Finding> {
  const { setName, key } = table;
  if (table.changeTracking === true) {
    const prefer = ['odata.track-changes', 'odata.maxpagesize=1'];
    const tracked = await attempt(client, { url: `${setName}?$select=${key}`, stream: setName, prefer });
    if (tracked === undefined) return { kind: 'readable', tracked: true };
    if (tracked.kind === 'not_installed') return { kind: 'unreadable', error: tracked };
    const plain = await attempt(client, { url: `${setName}?$select=${key}&$top=1`, stream: setName });
    if (plain !== undefined) return { kind: 'unreadable', error: plain };
    if (tracked.details.depth === undefined) return { kind: 'readable', tracked: false };
    return { kind: 'partly readable', privilege: tracked.details.privilege ?? 'Read' };
  }
  const error = await attempt(client, { url: `${setName}?$select=${key}&$top=1`, stream: setName });
  return error === undefined ? { kind: 'readable', tracked: false } : { kind: 'unreadable', error };
}

/** The error that speaks against the table, if any. Those that say nothing about the table are thrown. */
async function attempt(client: Client, question: Question): Promise<ConnectorError | undefined> {
  try {
    await ask(client, question);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { kind } = error;
    if (kind === 'permission' || kind === 'not_installed' || kind === 'schema' || kind === 'protocol')
      return error;
    throw error;
  }
}

/** How long the environment keeps what change tracking needs; undefined when we may not know. */
async function retentionDays(client: Client, organization: string): Promise<number | undefined> {
  const url = `organizations(${organization})?$select=expirechangetrackingindays`;
  let answer: Json;
  try {
    answer = await ask(client, { url, stream: 'organizations' });
  } catch (error) {
    if (
      error instanceof ConnectorError &&
      ['permission', 'schema', 'protocol', 'not_installed'].includes(error.kind)
    ) {
      return undefined;
    }
    throw error;
  }
  const days = isJsonObject(answer) ? answer['expirechangetrackingindays'] : undefined;
  return typeof days === 'number' ? days : undefined;
}
