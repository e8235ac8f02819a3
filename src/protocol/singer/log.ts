import type { Log, LogLevel, Metric } from '../../core/log.ts';
import { cut, isShown, longestLine } from '../log-lines.ts';
import type { LogWriter } from '../protocol.ts';

/** Python's names of the levels, which callers of Singer taps look for. */
const words: Readonly<Record<LogLevel, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  critical: 'CRITICAL',
};

/** Logs to stderr: `LEVEL message` lines, or singer-sdk's structured lines where the format is json. */
export function singerLog(writer: LogWriter): Log {
  const render = writer.format === 'json' ? structured : plain;
  const write = (level: LogLevel, entry: Entry): void => {
    if (isShown(level, writer.level)) writer.stderr(Buffer.from(render(level, entry)));
  };
  return {
    log: (level, message, stream) => write(level, { message, stream }),
    metric: (metric, stream) => write('info', { message: 'METRIC', stream, metric }),
  };
}

interface Entry {
  readonly message: string;
  readonly stream: string | undefined;
  readonly metric?: Metric;
}

/** Each line of a message carries the level: a script that looks for CRITICAL finds all of them. */
function plain(level: LogLevel, { message, metric }: Entry): string {
  const text = metric === undefined ? message : `METRIC: ${JSON.stringify(metric)}`;
  return text
    .split(/[\r\n\u2028\u2029]+/)
    .filter((part) => part.trim() !== '')
    .map((part) => `${cut(`${words[level]} ${part}`, longestLine - 1)}\n`)
    .join('');
}

/** The members of singer_sdk/schemas/logs.schema.json (meltano/sdk); Meltano wants each of them, null where empty. */
function structured(level: LogLevel, { message, stream, metric }: Entry): string {
  const render = (text: string): string =>
    `${JSON.stringify({
      level: words[level].toLowerCase(),
      pid: process.pid,
      logger_name: 'tap-dynamics365',
      ts: Date.now() / 1000,
      thread_name: null,
      app_name: 'tap-dynamics365',
      stream_name: stream ?? null,
      message: text,
      extra: {},
      ...(metric === undefined ? {} : { metric_info: metric }),
    })}\n`;
  const line = render(message);
  if (Buffer.byteLength(line) <= longestLine) return line;
  // An escaped character takes at most six times its bytes.
  return render(cut(message, Math.floor((longestLine - 512) / 6)));
}
