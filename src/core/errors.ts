/**
 * What went wrong, by consequence:
 * `config` the user's input is wrong · `auth` sign-in refused · `permission` a privilege is missing ·
 * `throttled` the service's limits, for longer than we may wait · `transient` network or server trouble, retried in vain ·
 * `expired_token` the change-tracking token is no longer accepted · `not_installed` the table does not exist here ·
 * `schema` the table is not what it was · `protocol` the server answered something we cannot read · `bug` ours.
 */
export type ErrorKind =
  | 'config'
  | 'auth'
  | 'permission'
  | 'throttled'
  | 'transient'
  | 'expired_token'
  | 'not_installed'
  | 'schema'
  | 'protocol'
  | 'bug';

/** Where an error happened. `url` is redacted (no skip or delta tokens); `code` is Dataverse's hex code or Entra's AADSTS code. */
export interface ErrorDetails {
  readonly stream?: string;
  readonly method?: string;
  readonly url?: string;
  readonly status?: number;
  readonly code?: string;
  readonly requestId?: string;
  readonly attempt?: number;
  /** The column that the server does not know (`schema`). */
  readonly property?: string;
  /** The privilege that is missing, e.g. `prvReadaccount` (`permission`). */
  readonly privilege?: string;
  /** The depth of that privilege that is needed, e.g. `Global` for change tracking. */
  readonly depth?: string;
  /** Seconds the server asked us to wait, when it did. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/**
 * The one error that users see. `message` says what failed, on which table, and what to do next; it never holds a secret.
 * Anything else that is thrown is a bug.
 */
export class ConnectorError extends Error {
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ConnectorError';
    this.kind = kind;
    this.details = details;
  }
}

/** Any thrown value as a `ConnectorError`; unknown ones become kind `bug` and keep the original as `cause`. */
export function asConnectorError(thrown: unknown): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ConnectorError('bug', `Unexpected error: ${message}`, { cause: thrown });
}
