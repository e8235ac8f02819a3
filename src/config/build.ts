import type { JsonObject } from '../core/json.ts';
import type { Secret } from '../core/secret.ts';
import type { Hosts } from './addresses.ts';
import type { Config, Credentials, IncrementalStrategy } from './types.ts';

/** What the settings say that the schema does not: parsed by rules of our own. */
export interface Parsed {
  readonly hosts: Hosts;
  readonly credentials: Credentials;
  readonly anchorDate: string | undefined;
}

/** The configuration. Trusts `settings`: the schema has accepted them and filled in the defaults. */
export function build(settings: JsonObject, parsed: Parsed, secrets: readonly Secret[]): Config {
  const { hosts, credentials, anchorDate } = parsed;
  const s = settings as unknown as Settings;
  const keys = credentials.kind === 'certificate' ? [credentials.privateKey] : [];
  return {
    ...hosts,
    environmentHost: new URL(hosts.environmentOrigin).hostname,
    credentials,
    anchorDate,
    tables: s.tables,
    excludeTables: s.exclude_tables,
    columns: Object.fromEntries(s.columns.map(({ table, ...globs }) => [table, globs])),
    rowFilters: Object.fromEntries(s.row_filters.map(({ table, filter }) => [table, filter])),
    incrementalStrategy: Object.fromEntries(
      s.incremental_strategy.map(({ table, strategy }) => [table, strategy]),
    ),
    pageSize: s.page_size,
    requestsPerSecond: s.requests_per_second,
    maxConcurrency: s.max_concurrency,
    budgetPercent: s.budget_percent,
    maxWaitSeconds: s.max_wait_seconds,
    requestTimeoutSeconds: s.request_timeout_seconds,
    lookbackSeconds: s.lookback_seconds,
    smallTableRows: s.small_table_rows,
    deletes: s.deletes,
    activateVersion: s.activate_version,
    reconcileDeletes: s.reconcile_deletes,
    keySetDirectory: s.key_set_directory,
    labels: s.labels,
    lookupTypes: s.lookup_types,
    choicesFormat: s.choices_format,
    choicesStream: s.choices_stream,
    includeBinary: s.include_binary,
    maxBinaryBytes: s.max_binary_bytes,
    logLevel: s.log_level,
    logFormat: s.log_format,
    secrets: [...secrets, ...keys],
  };
}

/** The settings as `spec.json` types them. */
interface Settings {
  readonly tables: readonly string[];
  readonly exclude_tables: readonly string[];
  readonly columns: readonly {
    readonly table: string;
    readonly include?: readonly string[];
    readonly exclude?: readonly string[];
  }[];
  readonly row_filters: readonly { readonly table: string; readonly filter: string }[];
  readonly incremental_strategy: readonly {
    readonly table: string;
    readonly strategy: IncrementalStrategy;
  }[];
  readonly page_size: number;
  readonly requests_per_second: number;
  readonly max_concurrency: number | undefined;
  readonly budget_percent: number;
  readonly max_wait_seconds: number;
  readonly request_timeout_seconds: number;
  readonly lookback_seconds: number;
  readonly small_table_rows: number;
  readonly deletes: boolean;
  readonly activate_version: boolean;
  readonly reconcile_deletes: boolean;
  readonly key_set_directory: string | undefined;
  readonly labels: Config['labels'];
  readonly lookup_types: boolean;
  readonly choices_format: Config['choicesFormat'];
  readonly choices_stream: boolean;
  readonly include_binary: boolean;
  readonly max_binary_bytes: number;
  readonly log_level: Config['logLevel'];
  readonly log_format: Config['logFormat'];
}
