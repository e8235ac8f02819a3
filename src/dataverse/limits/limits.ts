import type { Clock } from '../../core/clock.ts';
import { ConnectorError } from '../../core/errors.ts';
import { bottleneck } from '../../core/packages.ts';
import type { WaitListener } from '../types.ts';
import { budget } from './budget.ts';
import { durations } from './durations.ts';
import { gate } from './gate.ts';
import { growth } from './growth.ts';
import { pace } from './pace.ts';
import { turns } from './turns.ts';

/** The settings that bound us. */
export interface LimitSettings {
  readonly requestsPerSecond: number;
  readonly maxConcurrency: number | undefined;
  /** 1 to 100. */
  readonly budgetPercent: number;
  /** The service may keep everybody waiting for so long. */
  readonly maxWaitSeconds: number;
}

/** What one attempt at a request came to, as far as limits go. */
export interface Observation {
  readonly ok: boolean;
  /** The server's part of the duration: until its headers arrived. Milliseconds. */
  readonly serverTime: number;
  /** Undefined when there was no answer. Lower-case names. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Set when the service refused for its limits (429): wait so many milliseconds. */
  readonly refusal: { readonly wait: number; readonly code: string; readonly reason: string } | undefined;
}

/** The one owner of concurrency. A job is one attempt at a page, download included. */
export interface Limits {
  /** Runs `job` when its stream's turn has come and nothing stands against it. Rejects when `signal` aborts first. */
  run<T>(stream: string, job: () => Promise<Observed<T>>, signal?: AbortSignal): Promise<T>;
  /** Requests that may be under way now. */
  readonly concurrency: number;
  /** Milliseconds until the gate that a 429 closed opens again. */
  readonly closedFor: number;
  close(): void;
}

export interface Observed<T> {
  readonly value: T;
  readonly observation: Observation;
}

interface Waiting {
  start(): Promise<Observation>;
  cancel(reason: Error): void;
}

/** 6,000 requests in 300 seconds ("Service protection API limits"). */
const allowedRate = 20;
/** Waits shorter than this are not worth telling. */
const worthTelling = 2_000;
const executionTimeCode = '0x80072321';
const outOfBudget = 'the execution time that the service allows is used up';
/** Never sleep longer than this at once: the window may have moved meanwhile. */
const longestSleep = 300_000;

export function limits(settings: LimitSettings, clock: Clock, onWait: WaitListener): Limits {
  const share = settings.budgetPercent / 100;
  const rate = pace(
    share < 1 ? Math.min(settings.requestsPerSecond, allowedRate * share) : settings.requestsPerSecond,
  );
  const size = growth(settings.maxConcurrency, share);
  const time = budget(share);
  const queue = turns<Waiting>();
  const Bottleneck = bottleneck();
  const slots = new Bottleneck({ maxConcurrent: size.limit });
  const typical = durations();
  const door = gate(onWait);
  /** One request goes first when the gate has opened; the others follow when it has been let in. */
  let scouting = false;
  let wakeUp = new AbortController();
  let admission: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** Looks again at what stands against the next request. */
  function wake(): void {
    wakeUp.abort();
    wakeUp = new AbortController();
  }

  function resize(): void {
    void slots.updateSettings({ maxConcurrent: size.limit });
  }

  /** What waits will not start. */
  function cancelAll(reasonFor: (stream: string) => Error): void {
    for (let [stream] = queue.streams(); stream !== undefined; [stream] = queue.streams()) {
      queue.next()?.cancel(reasonFor(stream));
    }
  }

  /** Waits until a request may start. One slot at a time waits here; the others stand behind it. */
  async function admit(): Promise<{ readonly stream: string; readonly item: Waiting } | undefined> {
    while (queue.size > 0 && !closed) {
      const now = clock.now();
      const [stream = ''] = queue.streams();
      const byGate = door.closedFor(now);
      const byBudget = time.wait(typical.of(stream), now);
      const byScout = door.untried && scouting ? longestSleep : 0;
      const wait = Math.max(byGate, byScout, byBudget, rate.wait(now));
      if (wait <= 0) {
        rate.started(now);
        const item = queue.next();
        return item === undefined ? undefined : { stream, item };
      }
      if (byGate > 0) door.tell(queue.streams(), now);
      else if (byBudget > worthTelling) {
        door.tellOther(queue.streams(), byBudget, outOfBudget, now);
      }
      await clock.sleep(Math.min(wait, longestSleep), wakeUp.signal).catch(() => {});
    }
    return undefined;
  }

  async function slot(): Promise<void> {
    const mine = admission.then(admit);
    admission = mine.catch(() => {});
    const turn = await mine;
    if (turn === undefined) return;
    const sentAt = clock.now();
    const ended = time.started(typical.of(turn.stream), sentAt);
    const scout = door.untried;
    if (scout) scouting = true;
    const seen = await turn.item.start();
    if (scout) scouting = false;
    if (scout && seen.headers !== undefined && seen.refusal === undefined) door.passed();
    if (scout && seen.refusal !== undefined) door.failed();
    ended(seen.refusal === undefined ? seen.serverTime : 0, clock.now());
    observe(turn.stream, sentAt, seen);
  }

  function observe(stream: string, sentAt: number, seen: Observation): void {
    const now = clock.now();
    const { headers, refusal } = seen;
    const recommended = Number(headers?.['x-ms-dop-hint'] ?? Number.NaN);
    size.hinted(recommended);
    if (refusal !== undefined) {
      size.refused(sentAt, now);
      if (refusal.code === executionTimeCode) time.exhausted(now);
      door.close(refusal.wait, refusal.reason, now);
      if (door.shutFor > settings.maxWaitSeconds * 1_000)
        cancelAll((each) => shutTooLong(each, door.shutFor));
    } else if (seen.ok) {
      size.succeeded();
      typical.took(stream, seen.serverTime);
      const left = hintedTime(headers);
      if (left !== undefined) time.remaining(left, now);
    }
    resize();
    wake();
  }

  return {
    run(stream, job, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          queue.remove(stream, item);
          reject(signal?.reason);
          wake();
        };
        const item: Waiting = {
          cancel(reason) {
            signal?.removeEventListener('abort', abort);
            reject(reason);
          },
          async start() {
            signal?.removeEventListener('abort', abort);
            try {
              const { value, observation } = await job();
              resolve(value);
              return observation;
            } catch (error) {
              reject(error);
              return { ok: false, serverTime: 0, headers: undefined, refusal: undefined };
            }
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        queue.add(stream, item);
        slots.schedule(slot).catch(reject);
      });
    },
    get concurrency() {
      return size.limit;
    },
    get closedFor() {
      return door.closedFor(clock.now());
    },
    close() {
      closed = true;
      wake();
      cancelAll(() => new Error('The client is closed.'));
      void slots.stop({ dropWaitingJobs: true }).catch(() => {});
    },
  };
}

/** The service keeps everybody waiting for longer than we may. */
export function shutTooLong(stream: string, milliseconds: number): ConnectorError {
  const seconds = Math.ceil(milliseconds / 1_000);
  const message = `${stream}: the service asks to wait ${seconds} s, longer than max_wait_seconds allows.`;
  return new ConnectorError('throttled', message, { stream, retryAfter: seconds });
}

/** Seconds of execution time left, as milliseconds; the number has a thousands comma (`1,199.97`). */
function hintedTime(headers: Readonly<Record<string, string>> | undefined): number | undefined {
  const text = headers?.['x-ms-ratelimit-time-remaining-xrm-requests']?.replaceAll(',', '');
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}
