import { ConnectorError } from '../core/errors.ts';
import { formatInstant, parseInstant } from '../core/instant.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { redactor } from '../core/redact.ts';
import { type Secret, secret } from '../core/secret.ts';
import { loginOrigin, withoutApi } from './clouds.ts';
import { parseCredentials } from './credentials.ts';
import { isPrivateHost, parseOrigin } from './hosts.ts';
import { configSchema } from './schema.ts';
import { shape } from './shape.ts';
import { type Environment, gather } from './sources.ts';
import type { Config, ConfigSource, Credentials, IncrementalStrategy } from './types.ts';
import { type Problem, validate } from './validate.ts';

/** What `loadConfig` may be told besides. */
export interface LoadOptions {
  /** Where `.env` is looked for; default: the working directory. */
  readonly directory?: string;
  /** Told what is odd but not wrong, e.g. an unknown setting. The messages hold no values. */
  readonly warn?: (message: string) => void;
}

/**
 * The configuration from files and environment: merged, checked against `spec.json`, defaults filled in.
 * @throws ConnectorError `config`, with everything that is wrong in one message that quotes no secret.
 */
export async function loadConfig(
  sources: readonly ConfigSource[],
  env: Environment,
  options: LoadOptions = {},
): Promise<Config> {
  const schema = configSchema();
  const raw = gather(sources, env, settingNames(schema), options.directory ?? process.cwd());
  const { settings, notes } = shape(raw, schema);
  const redact = redactor(secretsIn(raw, schema));
  const broken = await validate(settings, schema);
  const parsed = parse(settings, env);
  // The words of our own checks are better than the schema's about the same setting.
  const own = new Set(parsed.problems.map((problem) => problem.setting));
  const problems = [...broken.filter((problem) => !own.has(problem.setting)), ...parsed.problems];
  if (problems.length > 0 || parsed.hosts === undefined || parsed.credentials === undefined) {
    throw new ConnectorError('config', redact(report(problems)));
  }
  for (const note of notes) options.warn?.(redact(note));
  return build(settings, parsed.hosts, parsed.credentials, parsed.anchorDate, secretsIn(settings, schema));
}

function report(problems: readonly Problem[]): string {
  const messages = [...new Set(problems.map((problem) => problem.message))];
  return messages.length === 1
    ? `Config validation error: ${messages[0]}`
    : ['Config validation error:', ...messages.map((message) => `  - ${message}`)].join('\n');
}

/** Seconds of a date that exists: JavaScript itself takes 31 February for a day in March. */
function instantOf(text: string): number | undefined {
  const day = text.slice(0, 10);
  const exists = parseInstant(day) !== undefined && formatInstant(parseInstant(day) ?? 0).startsWith(day);
  return exists ? parseInstant(text.replace(' ', 'T')) : undefined;
}

interface Hosts {
  readonly environmentOrigin: string;
  readonly authorityHost: string;
}

interface Parsed {
  readonly hosts: Hosts | undefined;
  readonly credentials: Credentials | undefined;
  readonly anchorDate: string | undefined;
  readonly problems: readonly Problem[];
}

/** What the schema cannot say: addresses, ways to sign in, dates that exist. */
function parse(settings: JsonObject, env: Environment): Parsed {
  const hosted = env['DEPLOYMENT_MODE']?.toLowerCase() === 'cloud';
  const problems: Problem[] = [];
  const complain = (setting: string, message: string) =>
    problems.push({ setting, message: `${setting} ${message}.` });

  const hosts = parseHosts(settings, hosted, complain);
  const signIn = parseCredentials(settings, !hosted);
  if ('problems' in signIn) problems.push(...signIn.problems);
  const anchor = settings['anchor_date'];
  const instant = typeof anchor === 'string' ? instantOf(anchor) : undefined;
  if (typeof anchor === 'string' && instant === undefined) complain('anchor_date', 'is no date that exists');
  return {
    hosts,
    credentials: 'credentials' in signIn ? signIn.credentials : undefined,
    anchorDate: instant === undefined ? undefined : formatInstant(instant),
    problems,
  };
}

function parseHosts(
  settings: JsonObject,
  hosted: boolean,
  complain: (setting: string, message: string) => void,
): Hosts | undefined {
  const origin = (setting: string): URL | undefined => {
    const value = settings[setting];
    if (typeof value !== 'string') return undefined;
    const parsed = parseOrigin(value);
    if ('wrong' in parsed) complain(setting, parsed.wrong);
    else if (hosted && isPrivateHost(new URL(parsed.origin).hostname))
      complain(setting, 'must not be a private address');
    else return new URL(parsed.origin);
    return undefined;
  };
  const environment = origin('environment_url');
  const authority = origin('authority_host');
  if (environment === undefined) return undefined;
  const host = withoutApi(environment.host);
  if (authority !== undefined)
    return { environmentOrigin: `https://${host}`, authorityHost: authority.origin };
  if (settings['authority_host'] !== undefined) return undefined;
  const login = loginOrigin(host);
  if (login === undefined) {
    complain(
      'environment_url',
      `(${host}) is in no cloud that is known here; name the login host in authority_host`,
    );
    return undefined;
  }
  return { environmentOrigin: `https://${host}`, authorityHost: login };
}

/** Every setting that the environment can give, members of objects as `credentials.auth_type`. */
function settingNames(schema: JsonObject): readonly string[] {
  return Object.entries(schema['properties'] as JsonObject).flatMap(([name, property]) => [
    name,
    ...variants(property).flatMap((variant) => Object.keys(variant).map((member) => `${name}.${member}`)),
  ]);
}

/** The secret values among the settings: what the schema marks as `airbyte_secret`, under old names too. */
function secretsIn(settings: JsonObject, schema: JsonObject): readonly Secret[] {
  const properties = schema['properties'] as JsonObject;
  const values: Json[] = [settings['client_secret_value'] ?? null, settings['refresh_token'] ?? null];
  for (const [name, property] of Object.entries(properties)) {
    const value = settings[name];
    if (isJsonObject(property) && property['airbyte_secret'] === true) values.push(value ?? null);
    if (!isJsonObject(value)) continue;
    for (const variant of variants(property)) {
      for (const [member, description] of Object.entries(variant)) {
        if (isJsonObject(description) && description['airbyte_secret'] === true)
          values.push(value[member] ?? null);
      }
    }
  }
  return values.filter((value): value is string => typeof value === 'string' && value !== '').map(secret);
}

function variants(property: Json): readonly JsonObject[] {
  const oneOf = isJsonObject(property) ? property['oneOf'] : undefined;
  return Array.isArray(oneOf) ? oneOf.map((variant: JsonObject) => variant['properties'] as JsonObject) : [];
}

/** Trusts `settings`: the schema has accepted them and filled in the defaults. */
function build(
  settings: JsonObject,
  hosts: Hosts,
  credentials: Credentials,
  anchorDate: string | undefined,
  secrets: readonly Secret[],
): Config {
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
