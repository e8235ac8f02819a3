import type { Clock } from '../core/clock.ts';

/** The time by the service's clock, as far as its answers tell. */
export interface ServiceTime {
  /** Takes note of the `Date` of an answer that has just come. */
  note(date: string | undefined): void;
  /** Milliseconds since 1970, never ahead of the service; by our own clock until an answer has come. */
  now(): number;
}

/**
 * Bounds of reads must be instants of the service: with our own clock an hour fast, what changes within that hour would be
 * below the next cursor before it was read. An answer's date is rounded down and older than its arrival, so of several the
 * one that is furthest ahead is the closest.
 */
export function serviceTime(clock: Clock): ServiceTime {
  let ahead: number | undefined;
  return {
    note(date) {
      const at = date === undefined ? Number.NaN : Date.parse(date);
      if (!Number.isNaN(at)) ahead = Math.max(ahead ?? Number.NEGATIVE_INFINITY, at - clock.now());
    },
    now: () => clock.now() + (ahead ?? 0),
  };
}
