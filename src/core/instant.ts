/**
 * Instants are whole seconds since 1970, as Dataverse prints them: it stores milliseconds, compares what it stores and
 * prints seconds, so bounds on whole seconds leave no gap and no overlap.
 */
export type Instant = number;

/** `2026-01-31T10:00:00Z` */
export function formatInstant(instant: Instant): string {
  return `${new Date(instant * 1000).toISOString().slice(0, 19)}Z`;
}

/** Seconds of an ISO 8601 date or date-time (no zone: UTC), rounded down; undefined when it is none. */
export function parseInstant(text: string): Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const zoned = /T.*(Z|[+-]\d{2}:?\d{2})$/i.test(text) || !text.includes('T') ? text : `${text}Z`;
  const milliseconds = Date.parse(zoned);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
