/** Seconds of a `Retry-After` header, which holds seconds or a date; undefined when it is missing or makes no sense. */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  // Repeated headers are joined by commas; the first counts. A date holds a comma itself.
  const text = header?.trim() ?? '';
  const seconds = /^(\d+(?:\.\d+)?)(?:\s*,.*)?$/.exec(text)?.[1];
  if (seconds !== undefined) return Number(seconds);
  const date = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
