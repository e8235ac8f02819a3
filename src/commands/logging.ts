import { readFileSync } from 'node:fs';

/** How much is logged, and in which form. */
export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'plain' | 'json';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Log settings that do not come from the configuration: `--debug`, then the variables TAP_DYNAMICS365_LOGLEVEL and
 * LOGLEVEL (Singer SDK taps) and LOG_LEVEL (Airbyte), then the file that Meltano names in SINGER_SDK_LOG_CONFIG.
 * Undefined where nothing was said.
 */
export function logSettings(debug: boolean, env: Environment): Partial<LogSettings> {
  const file = sdkLogConfig(env['SINGER_SDK_LOG_CONFIG']);
  const named = env['TAP_DYNAMICS365_LOGLEVEL'] ?? env['LOGLEVEL'] ?? env['LOG_LEVEL'];
  const level = debug ? 'debug' : (levelOf(named) ?? levelOf(file.level));
  return { ...(level ? { level } : {}), ...(file.structured ? { format: 'json' } : {}) };
}

function levelOf(word: string | undefined): LogSettings['level'] | undefined {
  switch (word?.toLowerCase()) {
    case 'debug':
    case 'trace':
      return 'debug';
    case 'info':
      return 'info';
    case 'warn':
    case 'warning':
      return 'warn';
    case 'error':
    case 'critical':
    case 'fatal':
      return 'error';
    default:
      return undefined;
  }
}

/** What Meltano's logging file (JSON, or YAML of the same shape) says: the root's level, and structured lines or not. */
function sdkLogConfig(path: string | undefined): {
  readonly level: string | undefined;
  readonly structured: boolean;
} {
  if (path === undefined) return { level: undefined, structured: false };
  try {
    const text = readFileSync(path, 'utf8');
    const level = /["']?root["']?\s*:[\s\S]*?["']?level["']?\s*:\s*["']?([A-Za-z]+)/.exec(text)?.[1];
    return { level, structured: text.includes('StructuredFormatter') };
  } catch {
    return { level: undefined, structured: false };
  }
}
