import type { Clock } from '../core/clock.ts';
import { ConnectorError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { pathOf } from './environment.ts';
import { type Limits, shutTooLong } from './limits/limits.ts';
import type { Once, Reader } from './once.ts';
import { broke, decide } from './retry.ts';
import type { Environment, Request } from './types.ts';

/** What repeated attempts need. */
export interface Means {
  readonly environment: Environment;
  readonly once: Once;
  readonly bounds: Limits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Milliseconds that one request may spend waiting. */
  readonly mayWait: number;
}

/** Makes a request until it succeeds or cannot, each attempt when the limits let it. */
export type Attempts = <T>(request: Request, read: Reader<T>) => Promise<T>;

export function attempts({ environment, once, bounds, clock, random, log, mayWait }: Means): Attempts {
  return async (request, read) => {
    const path = pathOf(request.url, environment);
    const shrinkable = request.prefer?.some((value) => value.startsWith('odata.maxpagesize')) ?? false;
    let waited = 0;
    let breaks = 0;
    let rejected: string | undefined;
    for (let made = 1; ; made += 1) {
      if (waited + bounds.closedFor > mayWait) throw shutTooLong(request.stream, bounds.closedFor);
      const attempt = { request, path, number: made, rejected };
      const outcome = await bounds.run(request.stream, () => once(attempt, read), request.signal);
      if (outcome.kind === 'done') return outcome.value;
      const { error, took, duringSignIn } = outcome;
      waited += took;
      if (broke(error)) breaks += 1;
      const refreshed = rejected !== undefined || duringSignIn;
      const decision = decide({ made, breaks, waited, mayWait, refreshed, shrinkable }, error, random);
      if (decision.kind === 'stop') throw decision.outOfTime ? gaveUp(error, made, waited) : error;
      waited += decision.after;
      if (decision.freshToken) rejected = outcome.token;
      log.log(
        error.kind === 'auth' ? 'debug' : 'warn',
        retrying(error, made, decision.after),
        request.stream,
      );
      // After a 429 the gate keeps this request waiting with all others.
      if (error.kind !== 'throttled' || duringSignIn) await clock.sleep(decision.after, request.signal);
    }
  };
}

function retrying(error: ConnectorError, made: number, milliseconds: number): string {
  return `${error.message} Trying again in ${(milliseconds / 1_000).toFixed(1)} s (attempt ${made} failed).`;
}

function gaveUp(error: ConnectorError, made: number, waited: number): ConnectorError {
  const seconds = Math.round(waited / 1_000);
  const message = `${error.message} Gave up after ${made} attempts and ${seconds} s (max_wait_seconds).`;
  return new ConnectorError(error.kind, message, { ...error.details, cause: error });
}
