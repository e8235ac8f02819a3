import { consequences, type FailureType } from '../../core/consequences.ts';
import type { ErrorKind } from '../../core/errors.ts';

/** The failure type of an error. */
export function failureType(kind: ErrorKind): FailureType {
  return consequences[kind].failureType;
}

/** The failure type of several failures together: what can be retried should be. */
export function worthRetrying(kinds: readonly ErrorKind[]): FailureType {
  const types = new Set(kinds.map(failureType));
  if (types.has('transient_error')) return 'transient_error';
  return types.has('system_error') ? 'system_error' : 'config_error';
}
