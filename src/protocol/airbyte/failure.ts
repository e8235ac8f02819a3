import type { ErrorKind } from '../../core/errors.ts';

/** How the platform sees a failure. A first failure of `config_error` is not retried. */
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

const failureTypes: Readonly<Record<ErrorKind, FailureType>> = {
  config: 'config_error',
  auth: 'config_error',
  permission: 'config_error',
  not_installed: 'config_error',
  throttled: 'transient_error',
  transient: 'transient_error',
  expired_token: 'system_error',
  schema: 'system_error',
  protocol: 'system_error',
  bug: 'system_error',
};

/** The failure type of an error. */
export function failureType(kind: ErrorKind): FailureType {
  return failureTypes[kind];
}

/** The failure type of several failures together: what can be retried should be. */
export function worthRetrying(kinds: readonly ErrorKind[]): FailureType {
  const types = new Set(kinds.map(failureType));
  if (types.has('transient_error')) return 'transient_error';
  return types.has('system_error') ? 'system_error' : 'config_error';
}
