import type { Dispatcher } from 'undici';
import type { TokenSource } from '../auth/types.ts';
import { abortable } from '../core/abortable.ts';
import type { Clock } from '../core/clock.ts';
import { asConnectorError, ConnectorError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { networkError } from '../core/network.ts';
import { noPool } from '../core/pool.ts';
import { version } from '../core/version.ts';
import { brokenOff, decompress } from './body.ts';
import { redactUrl } from './environment.ts';
import { answerError } from './errors.ts';
import { collect, exchange, type Incoming, Stalled } from './exchange.ts';
import type { Observation, Observed } from './limits/limits.ts';
import { throttlePause } from './retry.ts';
import type { Environment, Request } from './types.ts';

/** One attempt at a request. */
export interface Attempted {
  readonly request: Request;
  /** Path and query for the environment's origin. */
  readonly path: string;
  /** 1 for the first. */
  readonly number: number;
  /** A token that the service refused: another one is needed. */
  readonly rejected: string | undefined;
}

export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | {
      readonly kind: 'failed';
      readonly error: ConnectorError;
      /** The token that was sent. */
      readonly token: string | undefined;
      readonly duringSignIn: boolean;
      /** Milliseconds. */
      readonly took: number;
    };

/** Reads what it came for from an answer with status 200 to a request sent at `sentAt`. */
export type Reader<T> = (incoming: Incoming, sentAt: number) => Promise<T>;

/** Never throws but for an aborted signal: what went wrong is in the outcome. */
export type Once = <T>(attempt: Attempted, read: Reader<T>) => Promise<Observed<Outcome<T>>>;

export interface OnceMeans {
  readonly environment: Environment;
  readonly dispatcher: Dispatcher;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** Milliseconds without a byte. */
  readonly idle: number;
  readonly log: Log;
  /** Masks secrets in what the service says. */
  readonly redact?: ((text: string) => string) | undefined;
  /** Told when a request is sent. */
  readonly onSend: () => void;
}

/** Makes single attempts: a token, a GET, its answer read, errors explained. */
export function onceWith(means: OnceMeans): Once {
  const { environment, dispatcher, tokens, clock, idle, log, redact, onSend } = means;
  const agent = `tap-dynamics365/${version()}`;
  /** Once the host was reached, a name that is not found is a passing problem of the network. */
  let reached = false;

  return async ({ request, path, number, rejected }, read) => {
    const startedAt = clock.now();
    const failed = (error: ConnectorError, token: string | undefined, observation: Observation) => {
      const took = clock.now() - startedAt;
      return {
        value: { kind: 'failed', error, token, took, duringSignIn: token === undefined } as const,
        observation,
      };
    };

    let token: string;
    try {
      // A sign-in serves all requests, so it goes on; only this one stops waiting for it.
      const signIn = rejected === undefined ? tokens.token() : tokens.refresh(rejected);
      token = await abortable(signIn, request.signal);
    } catch (thrown) {
      request.signal?.throwIfAborted();
      return failed(asConnectorError(thrown), undefined, nothingSeen);
    }
    const sentAt = clock.now();
    let incoming: Incoming | undefined;
    let serverTime = 0;
    onSend();
    try {
      const headers = requestHeaders(request, token, agent);
      const out = { origin: environment.origin, path, headers, idle, signal: request.signal };
      incoming = await exchange(dispatcher, out, clock);
      reached = true;
      serverTime = clock.now() - sentAt;
      log.log('debug', `GET ${redactUrl(path)}: ${incoming.status} after ${serverTime} ms`, request.stream);
      const seen = { serverTime, headers: incoming.headers, refusal: undefined };
      if (incoming.status === 200) {
        refuseWebPage(incoming);
        const value = await read(incoming, sentAt);
        return { value: { kind: 'done', value }, observation: { ...seen, ok: true } };
      }
      const { status, headers: answered } = incoming;
      const answer = { stream: request.stream, url: path, status, headers: answered, attempt: number };
      const body = await errorBody(incoming);
      const masked = redact === undefined ? {} : { redact };
      const error = answerError({ ...answer, body, ...masked }, clock.now());
      const refusal = error.kind === 'throttled' ? refusalOf(error) : undefined;
      return failed(error, token, { ...seen, ok: false, refusal });
    } catch (thrown) {
      incoming?.abandon();
      request.signal?.throwIfAborted();
      const error = located(explain(thrown, incoming !== undefined), request, path, number);
      return failed(error, token, { ...nothingSeen, serverTime: clock.now() - sentAt });
    }
  };

  function explain(thrown: unknown, inBody: boolean): ConnectorError {
    if (thrown instanceof ConnectorError) return thrown;
    if (thrown instanceof Stalled) {
      return new ConnectorError('transient', `there was ${thrown.message}.`, { code: thrown.code });
    }
    if (inBody) return brokenOff(thrown);
    const error = networkError(thrown, environment.host, 'environment_url');
    const passing = error.details.code === 'ENOTFOUND' && reached;
    return passing ? new ConnectorError('transient', error.message, error.details) : error;
  }
}

const nothingSeen: Observation = { ok: false, serverTime: 0, headers: undefined, refusal: undefined };

/** The headers that Microsoft asks for ("Compose HTTP requests and handle errors"). */
function requestHeaders(request: Request, token: string, agent: string): Record<string, string> {
  return {
    accept: request.accept ?? 'application/json',
    'accept-encoding': 'gzip',
    'odata-version': '4.0',
    'odata-maxversion': '4.0',
    // Literally the word: it keeps caches on the way from answering.
    'if-none-match': 'null',
    authorization: `Bearer ${token}`,
    'user-agent': agent,
    ...(request.prefer === undefined || request.prefer.length === 0
      ? {}
      : { prefer: request.prefer.join(',') }),
  };
}

/** A login or portal page in place of data: the address is not that of the Web API. */
function refuseWebPage(incoming: Incoming): void {
  if (!incoming.headers['content-type']?.startsWith('text/html')) return;
  throw new ConnectorError('protocol', 'the service answered with a web page. Check environment_url.');
}

/** The text of an error's body, as far as it can be read. */
async function errorBody(incoming: Incoming): Promise<string> {
  try {
    const body = await collect(incoming, noPool);
    return (await decompress(body, incoming.headers['content-encoding'], noPool)).toString();
  } catch {
    return '';
  }
}

function refusalOf(error: ConnectorError) {
  return { wait: throttlePause(error), code: error.details.code ?? '', reason: error.message };
}

/** The same error, with the place where it happened. */
function located(error: ConnectorError, request: Request, path: string, attempt: number): ConnectorError {
  const place = { stream: request.stream, method: 'GET', url: redactUrl(path), attempt };
  return new ConnectorError(error.kind, `${request.stream}: ${error.message}`, {
    ...error.details,
    ...place,
  });
}
