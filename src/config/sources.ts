import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConnectorError } from '../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { ConfigSource } from './types.ts';

/** Variables of the environment, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'TAP_DYNAMICS365_';

/**
 * All sources as one object of settings, not yet checked. Of several files the later one wins, setting by setting;
 * the environment wins over files whatever the order, as in Singer's SDK.
 */
export function gather(
  sources: readonly ConfigSource[],
  env: Environment,
  settings: readonly string[],
  directory: string,
): JsonObject {
  if (sources.length === 0) {
    throw new ConnectorError('config', 'No configuration: name a JSON file with --config.');
  }
  const files = sources.filter((source) => source.kind === 'file').map((source) => readObject(source.path));
  const usesEnv = sources.some((source) => source.kind === 'env');
  return Object.assign({}, ...files, usesEnv ? fromEnvironment(env, settings, directory) : {});
}

function readObject(path: string): JsonObject {
  // Whoever gives the settings in place of a file would see their secret in the message.
  if (path.trimStart().startsWith('{'))
    throw new ConnectorError(
      'config',
      '--config takes the path of a JSON file, not the settings themselves.',
    );
  const text = readText(path);
  let value: Json;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (error) {
    // The parser's own message may quote the file, and so a secret: only the place is told.
    const position = /at position (\d+)/.exec(String(error))?.[1];
    const place =
      position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`;
    throw new ConnectorError('config', `The config file ${path} is not valid JSON${place}.`);
  }
  if (!isJsonObject(value))
    throw new ConnectorError('config', `The config file ${path} must hold a JSON object.`);
  return value;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new ConnectorError('config', `The config file ${path} ${reason}.`, { cause });
  }
}

/** `TAP_DYNAMICS365_PAGE_SIZE` and the like; `…_CREDENTIALS_AUTH_TYPE` sets one member of an object. */
function fromEnvironment(env: Environment, settings: readonly string[], directory: string): JsonObject {
  const variables: Environment = { ...dotenv(directory), ...env };
  const values: Record<string, Json> = {};
  for (const setting of settings) {
    const value = variables[prefix + setting.replace('.', '_').toUpperCase()];
    if (value === undefined) continue;
    const [name = setting, member] = setting.split('.');
    const object = values[name];
    values[name] =
      member === undefined ? value : { ...(isJsonObject(object) ? object : {}), [member]: value };
  }
  return values;
}

/** The nearest `.env` file, looked for from `directory` upwards. */
function dotenv(directory: string): Environment {
  for (let folder = directory; ; folder = dirname(folder)) {
    try {
      return parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    } catch {
      if (folder === dirname(folder)) return {};
    }
  }
}
