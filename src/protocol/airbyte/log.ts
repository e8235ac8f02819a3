import type { Log, LogLevel } from '../../core/log.ts';
import { line } from '../lines.ts';
import { cut, isShown, longestLine } from '../log-lines.ts';
import type { LogWriter } from '../protocol.ts';

const levels: Readonly<Record<LogLevel, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  critical: 'FATAL',
};

/** LOG messages on stdout: the platform shows whatever a source writes to stderr as an error. */
export function airbyteLog(writer: LogWriter): Log {
  const write = (level: LogLevel, message: string): void => {
    if (!isShown(level, writer.level)) return;
    writer.stdout(line({ type: 'LOG', log: { level: levels[level], message: cut(message, longestLine) } }));
  };
  return {
    log: (level, message) => write(level, message),
    // Airbyte's platform counts for itself; metrics are for those who look.
    metric: (metric) => write('debug', `METRIC: ${JSON.stringify(metric)}`),
  };
}
