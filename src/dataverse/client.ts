import type { Dispatcher } from 'undici';
import { tokenSource } from '../auth/token-source.ts';
import type { TokenSource } from '../auth/types.ts';
import type { Config } from '../config/types.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';
import { attempts } from './attempts.ts';
import { createDispatcher } from './dispatcher.ts';
import { environmentOf } from './environment.ts';
import { limits } from './limits/limits.ts';
import { onceWith } from './once.ts';
import { streamedAnswer, wholeAnswer } from './readers.ts';
import { serviceTime } from './service-time.ts';
import type { Client, WaitListener } from './types.ts';

/** What the client works with. Everything but the log has a default; tests bring their own. */
export interface ClientOptions {
  readonly log: Log;
  readonly onWait?: WaitListener;
  /** Learns each access token, and masks secrets in what the service says. */
  readonly redact?: Redactor;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly dispatcher?: Dispatcher;
  readonly tokens?: TokenSource;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A client for the environment of `config`. Signs in with its first request, not here. */
export async function createClient(config: Config, options: ClientOptions): Promise<Client> {
  const clock = options.clock ?? systemClock;
  const dispatcher = options.dispatcher ?? createDispatcher(options.env ?? process.env);
  const redact = options.redact;
  const tokens = options.tokens ?? tokenSource(config, dispatcher, { clock, redact });
  const bounds = limits(config, clock, (stream, seconds, reason) => {
    options.log.log('warn', `Waiting ${seconds} s: ${reason}`, stream);
    options.onWait?.(stream, seconds, reason);
  });
  const environment = environmentOf(config);
  const time = serviceTime(clock);
  let requests = 0;
  const idle = config.requestTimeoutSeconds * 1_000;
  const onSend = () => {
    requests += 1;
  };
  const attempt = attempts({
    environment,
    once: onceWith({ environment, dispatcher, tokens, clock, idle, log: options.log, redact, onSend }),
    bounds,
    clock,
    random: options.random ?? Math.random,
    log: options.log,
    mayWait: config.maxWaitSeconds * 1_000,
  });
  return {
    environment,
    async get(request) {
      const answer = await attempt(request, wholeAnswer(clock, request));
      time.note(answer.headers['date']);
      return answer;
    },
    stream: (request, read) => attempt(request, streamedAnswer(read)),
    get concurrency() {
      return bounds.concurrency;
    },
    now: time.now,
    get requests() {
      return requests;
    },
    async close() {
      bounds.close();
      // One that was lent to us is not ours to end.
      if (options.dispatcher === undefined) await dispatcher.destroy();
    },
  };
}
