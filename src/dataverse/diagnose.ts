import { ConnectorError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';
import { ask, askIfAllowed, type Question, type WhoAmI } from './ask.ts';
import { partialReads } from './privileges.ts';
import type { Client } from './types.ts';

/** A table to try. */
export interface TriedTable {
  readonly logicalName: string;
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
  | { readonly kind: 'partly readable'; readonly privilege: string; readonly tracked: boolean }
  | { readonly kind: 'unreadable'; readonly error: ConnectorError };

/**
 * Reads a row of each table in the way that a sync would, and says what stands against a complete extract. Where a table
 * is tracked, the row is read with change tracking: under a role that sees only part of a table a plain read succeeds
 * with rows silently missing, but a tracked one is refused. Of other tables the depth of the privilege tells.
 * @throws ConnectorError when the service cannot be asked at all (`transient`, `throttled`, `auth`, …).
 */
export async function diagnose(
  client: Client,
  me: WhoAmI,
  tables: readonly TriedTable[],
): Promise<Diagnosis> {
  const days = await retentionDays(client);
  const tried = await Promise.all(
    tables.map(async (table) => ({ table, finding: await tryTable(client, table) })),
  );
  const isUntracked = (finding: Finding) => finding.kind === 'readable' && !finding.tracked;
  const partial = tried.some(({ finding }) => isUntracked(finding))
    ? await partialReads(client, me.UserId)
    : () => undefined;
  const findings = tried.map(({ table, finding }) => {
    const privilege = isUntracked(finding) ? partial(table) : undefined;
    return { table, finding: privilege === undefined ? finding : partlyReadable(privilege, false) };
  });

  const named = (kind: Finding['kind']) => findings.filter(({ finding }) => finding.kind === kind);
  const partly = findings.flatMap(({ table, finding }) =>
    finding.kind === 'partly readable' ? [`${table.setName} (${finding.privilege})`] : [],
  );
  const untracked = findings.flatMap(({ table, finding }) =>
    finding.kind !== 'unreadable' && !finding.tracked ? [table.setName] : [],
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
        : [
            `Without change tracking, deleted rows of these tables go unnoticed: ${untracked.join(', ')}. Where a table offers it, switch on "Track changes" in its properties (Power Apps, Tables, Properties, Advanced options).`,
          ]),
      ...(days === undefined
        ? []
        : [
            `Change-tracking tokens are kept for ${days} days: run at least that often, or tables are read anew.`,
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
    return partlyReadable(tracked.details.privilege ?? 'Read', true);
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

function partlyReadable(privilege: string, tracked: boolean): Finding {
  return { kind: 'partly readable', privilege, tracked };
}

/** How long the environment keeps what change tracking needs; undefined when we may not know. */
async function retentionDays(client: Client): Promise<number | undefined> {
  const url = 'organizations?$select=expirechangetrackingindays';
  const answer = await askIfAllowed(client, { url, stream: 'organizations' });
  const rows = isJsonObject(answer) ? answer['value'] : undefined;
  const [row] = Array.isArray(rows) ? rows : [];
  const days = isJsonObject(row) ? row['expirechangetrackingindays'] : undefined;
  return typeof days === 'number' ? days : undefined;
}
