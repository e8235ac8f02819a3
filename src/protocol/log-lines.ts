import type { LogLevel } from '../core/log.ts';

/** No log line is longer, in bytes: Meltano reads stderr line by line and gives up at 64 KiB. */
export const longestLine = 60 * 1024;

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, critical: 4 };

/** Whether a message of `level` is shown when `least` is the lowest level wanted. */
export function isShown(level: LogLevel, least: LogLevel): boolean {
  return rank[level] >= rank[least];
}

/** The text's beginning that fits into `bytes` of UTF-8, whole characters only. */
export function cut(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  if (buffer.length <= bytes) return text;
  let end = Math.max(bytes, 0);
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return buffer.toString('utf8', 0, end);
}
