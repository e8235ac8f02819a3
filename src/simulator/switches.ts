/**
 * What public sources leave open, or what differs between environments: each is a switch, and a client should survive every
 * setting. docs/simulator.md says which behaviour each belongs to.
 */
export interface Switches {
  /** Code of the unknown-property error: `0x0` in old documentation, `0x80060888` in recent reports. */
  readonly unknownPropertyCode: '0x0' | '0x80060888';
  /** Code of the unknown-set error. */
  readonly unknownSetCode: '0x8006088a' | '0x80060888';
  /** Adds an empty page after a last page that was exactly full. */
  readonly emptyLastPage: boolean;
  /** RetrieveTotalRecordCount answers from a snapshot of the day's start. */
  readonly staleRecordCounts: boolean;
  /** Orders rows of equal `$orderby` values differently on every request. */
  readonly shuffleTies: boolean;
  /** Links name the `{org}.api.` twin of the host. */
  readonly apiHostInLinks: boolean;
  /** HTTP status of a URL of more than 32,768 characters. */
  readonly longUrlStatus: 404 | 414;
  /** HTTP status of the errors of change tracking, which no source tells. */
  readonly trackingErrorStatus: 400 | 403 | 404 | 410 | 500;
  /** Where `@odata.deltaLink` stands. */
  readonly deltaLinkPlace: 'first' | 'last';
  /** Where `@odata.nextLink` stands. */
  readonly nextLinkPlace: 'first' | 'last';
  /** A delta token that is over age fails even when nothing has changed since. */
  readonly idleTokensExpire: boolean;
  /** What a read with an expired token gives: the error, or (2022 documentation) all records. */
  readonly expiredToken: 'error' | 'everything';
  /** What `odata.track-changes` does on a table without tracking. */
  readonly trackingDisabled: 'error' | 'ignored';
  /** `$count=true` gives a count on tracked reads. */
  readonly countWhileTracking: boolean;
}

export const defaultSwitches: Switches = {
  unknownPropertyCode: '0x80060888',
  unknownSetCode: '0x8006088a',
  emptyLastPage: false,
  staleRecordCounts: false,
  shuffleTies: false,
  apiHostInLinks: false,
  longUrlStatus: 404,
  trackingErrorStatus: 400,
  deltaLinkPlace: 'first',
  nextLinkPlace: 'last',
  idleTokensExpire: false,
  expiredToken: 'error',
  trackingDisabled: 'error',
  countWhileTracking: false,
};
