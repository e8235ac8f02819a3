import { ConnectorError } from '../core/errors.ts';
import { formatInstant, parseInstant } from '../core/instant.ts';
import type { JsonObject } from '../core/json.ts';
import { redactor } from '../core/redact.ts';
import { parseHosts } from './addresses.ts';
import { build, type Parsed } from './build.ts';
import { parseCredentials } from './credentials.ts';
import { configSchema, secretsIn, settingNames } from './schema.ts';
import { shape } from './shape.ts';
import { type Environment, gather } from './sources.ts';
import type { Config, ConfigSource } from './types.ts';
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
  const secrets = secretsIn(settings, schema);
  const redact = redactor([...secretsIn(raw, schema), ...secrets]);
  const broken = await validate(settings, schema);
  const { parsed, problems } = parse(settings, env);
  if (broken.length > 0 || parsed === undefined) {
    // The words of our own checks are better than the schema's about the same setting.
    const own = new Set(problems.map((problem) => problem.setting));
    const all = [...broken.filter((problem) => !own.has(problem.setting)), ...problems];
    throw new ConnectorError('config', redact(report(all)));
  }
  for (const note of notes) options.warn?.(redact(note));
  return build(settings, parsed, secrets);
}

/** What the schema cannot say: addresses, ways to sign in, dates that exist. */
function parse(
  settings: JsonObject,
  env: Environment,
): { readonly parsed: Parsed | undefined; readonly problems: readonly Problem[] } {
  const hosted = env['DEPLOYMENT_MODE']?.toLowerCase() === 'cloud';
  const problems: Problem[] = [];
  const complain = (setting: string, message: string) =>
    problems.push({ setting, message: `${setting} ${message}.` });

  const hosts = parseHosts(settings, hosted, complain);
  const signIn = parseCredentials(settings, hosted);
  if ('problems' in signIn) problems.push(...signIn.problems);
  const anchor = settings['anchor_date'];
  const anchorDate = typeof anchor === 'string' ? existingInstant(anchor) : undefined;
  if (typeof anchor === 'string' && anchorDate === undefined)
    complain('anchor_date', 'is no date that exists: write it as 2024-01-31 or 2024-01-31T00:00:00Z');

  const complete = problems.length === 0 && hosts !== undefined && 'credentials' in signIn;
  return { parsed: complete ? { hosts, credentials: signIn.credentials, anchorDate } : undefined, problems };
}

/** An instant as Dataverse prints it, if its day exists: JavaScript itself takes 31 February for a day in March. */
function existingInstant(text: string): string | undefined {
  const day = parseInstant(text.slice(0, 10));
  if (day === undefined || !formatInstant(day).startsWith(text.slice(0, 10))) return undefined;
  const instant = parseInstant(text.replace(' ', 'T'));
  return instant === undefined ? undefined : formatInstant(instant);
}

function report(problems: readonly Problem[]): string {
  const messages = [...new Set(problems.map((problem) => problem.message))];
  return messages.length === 1
    ? `Config validation error: ${messages[0]}`
    : ['Config validation error:', ...messages.map((message) => `  - ${message}`)].join('\n');
}
