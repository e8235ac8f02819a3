import type { Secret } from '../core/secret.ts';

/** How to sign in; exactly one. */
export type Credentials =
  | {
      readonly kind: 'secret';
      readonly tenantId: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
    }
  | {
      readonly kind: 'certificate';
      readonly tenantId: string;
      readonly clientId: string;
      /** PEM text of the certificate (for its thumbprint) and the private key. */
      readonly certificate: string;
      readonly privateKey: Secret;
      readonly passphrase: Secret | undefined;
    }
  | { readonly kind: 'managed_identity'; readonly clientId: string | undefined };

/** Strategy of an incremental read; `auto` chooses per table. */
export type IncrementalStrategy = 'auto' | 'change_tracking' | 'modifiedon' | 'versionnumber' | 'full';

/** The configuration after `load`: validated, defaulted, normalised. Keys of the file are the snake_case of these. */
export interface Config {
  /** Bare host, lower case: `org12345.crm.dynamics.com`. */
  readonly environmentHost: string;
  /** `https://org12345.crm.dynamics.com` (with a port where one was given). */
  readonly environmentOrigin: string;
  readonly credentials: Credentials;
  /** Origin of the login host, e.g. `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** First load of an incremental stream starts here; undefined: one year before now. */
  readonly anchorDate: string | undefined;
  readonly tables: readonly string[];
  readonly excludeTables: readonly string[];
  /** Globs over column names per table (`*` for all tables). */
  readonly columns: Readonly<
    Record<string, { readonly include?: readonly string[]; readonly exclude?: readonly string[] }>
  >;
  /** OData filter per table. */
  readonly rowFilters: Readonly<Record<string, string>>;
  /** Rows a page, 1 to 5000. */
  readonly pageSize: number;
  readonly requestsPerSecond: number;
  /** Undefined: follow `x-ms-dop-hint`, at most 52. */
  readonly maxConcurrency: number | undefined;
  /** Share of the service-protection window that we may use, 1 to 100. */
  readonly budgetPercent: number;
  /** Longest time, in seconds, that one request may spend waiting and retrying. */
  readonly maxWaitSeconds: number;
  /** Seconds without a byte after which a request is given up and retried. */
  readonly requestTimeoutSeconds: number;
  readonly lookbackSeconds: number;
  /** Global default under `*`, and by table. */
  readonly incrementalStrategy: Readonly<Record<string, IncrementalStrategy>>;
  /** Tables with at most this many rows are loaded by one tracked read. */
  readonly smallTableRows: number;
  readonly deletes: boolean;
  readonly activateVersion: boolean;
  /** Keep key sets to find vanished rows after a full reload. */
  readonly reconcileDeletes: boolean;
  /** Folder of the key sets; undefined: the system's temporary folder. */
  readonly keySetDirectory: string | undefined;
  readonly labels: 'none' | 'choices' | 'all';
  readonly lookupTypes: boolean;
  readonly choicesFormat: 'string' | 'array';
  readonly choicesStream: boolean;
  readonly includeBinary: boolean;
  readonly maxBinaryBytes: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logFormat: 'plain' | 'json';
  /** Values that no output byte may contain: give them to `redactor`. They do not print themselves. */
  readonly secrets: readonly Secret[];
}

/** Where a part of the configuration comes from. */
export type ConfigSource =
  /** A JSON file. */
  | { readonly kind: 'file'; readonly path: string }
  /** `TAP_DYNAMICS365_<SETTING>` from a `.env` file (in the working directory or above) and the environment. */
  | { readonly kind: 'env' };
