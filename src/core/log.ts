/** Levels in rising order. Singer prints them as words (WARNING, CRITICAL), Airbyte as LOG levels (WARN, FATAL). */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'critical';

/** A metric in singer-python's sense, e.g. `{type:'counter', metric:'record_count', value:5000, tags:{endpoint:'accounts'}}`. */
export interface Metric {
  readonly type: 'counter' | 'timer';
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * Where the program says what it does. Each protocol has its own implementation (Singer: stderr; Airbyte: LOG messages on
 * stdout). Messages are one or more lines of text without secrets; the writer redacts known secrets again.
 */
export interface Log {
  log(level: LogLevel, message: string, stream?: string): void;
  metric(metric: Metric, stream?: string): void;
}
