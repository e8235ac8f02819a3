import type { ErrorKind } from './errors.ts';

/** Airbyte's word for who has to act: the user, somebody else, or nobody but time. */
export type FailureType = 'config_error' | 'system_error' | 'transient_error';

/** What an error means for the run. */
export interface Consequence {
  readonly exitCode: number;
  readonly failureType: FailureType;
}

/**
 * One table from what went wrong to what follows. Every failure ends in exit code 1: both Meltano and the Airbyte
 * platform know only zero and not zero. The platform does not retry a first failure of `config_error`.
 */
export const consequences: Readonly<Record<ErrorKind, Consequence>> = {
  config: { exitCode: 1, failureType: 'config_error' },
  auth: { exitCode: 1, failureType: 'config_error' },
  permission: { exitCode: 1, failureType: 'config_error' },
  not_installed: { exitCode: 1, failureType: 'config_error' },
  throttled: { exitCode: 1, failureType: 'transient_error' },
  transient: { exitCode: 1, failureType: 'transient_error' },
  expired_token: { exitCode: 1, failureType: 'system_error' },
  schema: { exitCode: 1, failureType: 'system_error' },
  protocol: { exitCode: 1, failureType: 'system_error' },
  bug: { exitCode: 1, failureType: 'system_error' },
};
