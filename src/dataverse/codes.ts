import type { ErrorKind } from '../core/errors.ts';

/** What a Dataverse error code means for us, and what the user may do about it. */
export interface Meaning {
  readonly kind: ErrorKind;
  /** A sentence for the user; `{table}` is replaced by the stream's name. */
  readonly text: string;
}

const role = 'Give the application user a security role that may read {table} for the whole organisation.';

/**
 * Codes in lower-case hex. Sources: "Web service error codes", "Service protection API limits", "Query throttling" and
 * "Use change tracking to synchronize data with external systems" in Microsoft's Dataverse documentation.
 */
export const meanings: Readonly<Record<string, Meaning>> = {
  // Service protection limits
  '0x80072322': { kind: 'throttled', text: 'the service allows no more requests for now.' },
  '0x80072321': { kind: 'throttled', text: 'the service allows no more execution time for now.' },
  '0x80072326': { kind: 'throttled', text: 'too many requests at a time for the service.' },
  '0x8005f103': { kind: 'throttled', text: 'too many requests for the service.' },
  // Sign-in and privileges
  '0x80041d52': { kind: 'auth', text: 'the access token has expired.' },
  '0x8005f101': { kind: 'auth', text: 'the access token has expired.' },
  '0x8004a101': { kind: 'auth', text: 'the access token has expired.' },
  '0x80072560': {
    kind: 'permission',
    text: 'the app is no user of this environment. Add it as an application user (Power Platform admin centre, environment, Settings, Application users) and give it a security role.',
  },
  '0x80042f09': {
    kind: 'permission',
    text: 'the application user has no security role. Give it one that may read the tables for the whole organisation.',
  },
  '0x80042f0a': {
    kind: 'permission',
    text: 'the team of the application user has no security role. Give it one.',
  },
  '0x80040225': {
    kind: 'permission',
    text: 'the application user is disabled. Enable it in the environment.',
  },
  '0x8004d24b': {
    kind: 'permission',
    text: 'the user has no licence. Use an application user, which needs none.',
  },
  '0x80048306': { kind: 'permission', text: `access was denied. ${role}` },
  '0x80040277': { kind: 'permission', text: `access was denied. ${role}` },
  '0x80040220': { kind: 'permission', text: `a privilege is missing. ${role}` },
  // Change tracking
  '0x80044352': {
    kind: 'expired_token',
    text: 'the change-tracking token has expired; {table} must be read anew.',
  },
  '0x80072491': { kind: 'schema', text: 'change tracking is not enabled for {table}.' },
  '0x80072492': {
    kind: 'schema',
    text: 'change tracking is not enabled for both tables that {table} joins.',
  },
  // The server's trouble
  '0x80044151': { kind: 'transient', text: 'the query took longer than the server allows.' },
  '0x80048573': { kind: 'transient', text: 'the query is too much for the server at this page size.' },
  '0x80048574': { kind: 'transient', text: 'the query is too much for the server at this page size.' },
  '0x80048575': { kind: 'transient', text: 'the query is too much for the server at this page size.' },
  '0x80044150': { kind: 'transient', text: 'the database had a passing problem.' },
  '0x80048542': { kind: 'transient', text: 'the database is short of temporary space.' },
  '0x80072031': { kind: 'transient', text: 'the server process restarted.' },
  '0x80040216': { kind: 'transient', text: 'the server had an unexpected problem.' },
  '0x80048544': { kind: 'transient', text: 'the server holds back costly queries for now.' },
  '0x80048644': { kind: 'transient', text: 'the server holds back costly queries for now.' },
  '0x80048744': { kind: 'transient', text: 'the server holds back costly queries for now.' },
  '0x80048745': { kind: 'transient', text: 'the server holds back costly queries for now.' },
};

/** Codes that go away with a smaller page. */
export const shrinkCodes: ReadonlySet<string> = new Set([
  '0x80044151',
  '0x80048573',
  '0x80048574',
  '0x80048575',
  // Ours: an answer over the size we accept, and those that kept breaking off or stalling.
  'page_too_large',
  'page_incomplete',
  'stalled',
]);

/** A code as lower-case hex, however it was written: `0x80072322`, `0X8007...`, `-2147015902`. */
export function normaliseCode(code: string): string {
  return /^-\d{1,10}$/.test(code) ? `0x${(Number(code) >>> 0).toString(16)}` : code.toLowerCase();
}
