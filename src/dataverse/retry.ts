import type { ConnectorError } from '../core/errors.ts';
import { shrinksPage } from './errors.ts';

/** How far a request has come when an attempt has failed. Times in milliseconds. */
export interface Attempt {
  /** Attempts made so far, 1 or more. */
  readonly made: number;
  /** How many of them broke off or stalled. */
  readonly breaks: number;
  /** Spent waiting and in failed attempts. */
  readonly waited: number;
  /** No more than this, all together. */
  readonly mayWait: number;
  /** A fresh token makes no difference: one was tried, or it is the sign-in itself that failed. */
  readonly refreshed: boolean;
  /** The caller can ask for a smaller page instead. */
  readonly shrinkable: boolean;
}

export type Decision =
  | { readonly kind: 'again'; readonly after: number; readonly freshToken: boolean }
  | { readonly kind: 'stop'; readonly outOfTime: boolean };

/** An error inside the server, with a body that says so, is tried this often: it seldom passes. */
const attemptsAtServerErrors = 6;
/** A page that broke off this often is likely too large for the way. */
const attemptsAtBrokenPages = 5;
const firstBackoff = 1_000;
const longestBackoff = 60_000;
const pauseWithoutRetryAfter = 5;

const stop: Decision = { kind: 'stop', outOfTime: false };

/**
 * Whether and when to try again, as Microsoft asks ("Service protection API limits", "How to retry"): Retry-After where
 * there is one, however long; else exponential backoff, with full jitter so that many workers do not come back at once.
 * Pure: `random` gives numbers from 0 to 1.
 */
export function decide(attempt: Attempt, error: ConnectorError, random: () => number): Decision {
  switch (error.kind) {
    case 'auth':
      if (error.details.status !== 401 || attempt.refreshed) return stop;
      return { kind: 'again', after: 0, freshToken: true };
    case 'throttled':
      return after(throttlePause(error), attempt);
    case 'transient':
      if (isFinal(attempt, error)) return stop;
      return after(retryAfter(error) ?? backoff(attempt.made, random), attempt);
    case 'config':
    case 'permission':
    case 'expired_token':
    case 'not_installed':
    case 'schema':
    case 'protocol':
    case 'bug':
      return stop;
    default:
      return error.kind satisfies never;
  }
}

/** How long a 429 closes the way for everybody, in milliseconds. */
export function throttlePause(error: ConnectorError): number {
  return Math.max(firstBackoff, retryAfter(error) ?? pauseWithoutRetryAfter * 1_000);
}

/** True for an attempt whose answer did not arrive whole. */
export function broke(error: ConnectorError): boolean {
  return error.details.code === 'page_incomplete' || error.details.code === 'stalled';
}

function isFinal(attempt: Attempt, error: ConnectorError): boolean {
  if (error.details.code === 'page_too_large') return true;
  if (attempt.shrinkable && shrinksPage(error))
    return !broke(error) || attempt.breaks >= attemptsAtBrokenPages;
  // 400 with the code of a server's problem is how some bad requests are answered.
  const { status } = error.details;
  return (status === 500 || status === 400) && attempt.made >= attemptsAtServerErrors;
}

function after(milliseconds: number, attempt: Attempt): Decision {
  if (attempt.waited + milliseconds > attempt.mayWait) return { kind: 'stop', outOfTime: true };
  return { kind: 'again', after: milliseconds, freshToken: false };
}

function retryAfter(error: ConnectorError): number | undefined {
  return error.details.retryAfter === undefined ? undefined : error.details.retryAfter * 1_000;
}

function backoff(made: number, random: () => number): number {
  return random() * Math.min(longestBackoff, firstBackoff * 2 ** (made - 1));
}
