import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type Refusal, refusal } from '../errors.ts';
import { fraction, mix } from '../rows/random.ts';
import { type Account, broken, newAccount, slide } from './account.ts';
import { costOf, type Work } from './cost.ts';
import { changedLimits, documentedLimits, type LimitChanges, type Limits } from './settings.ts';
import { createTally, type Tally } from './tally.ts';

/** A request at the server that it came to. */
export interface Visit {
  /** `Set-Cookie` value that leads back to the same server. */
  readonly affinity: string;
  /** Lets the request of a user in, or throws a 429. Counts it as under way until `ended`, if given. */
  readonly admit: (user: string, ended: AbortSignal | undefined) => void;
  /** Waits as long as the settings say an answer of this work takes, and charges it. Throws where SQL would time out. */
  readonly work: (work: Work | undefined) => Promise<void>;
  /** What is left to the user, and how many requests are advised at a time; nothing for strangers. */
  readonly headers: () => [string, string][];
}

/** Service protection. https://learn.microsoft.com/power-apps/developer/data-platform/api-limits */
export interface Protection {
  readonly settings: () => Limits;
  readonly change: (changes: LimitChanges) => void;
  /** `cookies` as the client sent them. */
  readonly visit: (cookies: string | undefined) => Visit;
  readonly tally: Tally;
}

export function createProtection(clock: Clock, seed: number, changes: LimitChanges = {}): Protection {
  let limits = changedLimits(documentedLimits, changes);
  const accounts = new Map<string, Account>();
  const tally = createTally(clock);
  let turn = 0;
  let worked = 0;
  const affinityOf = (server: number): string =>
    createHash('sha256').update(`${seed}/server/${server}`).digest('hex');

  const serverOf = (cookies: string | undefined): number => {
    const wanted = /(?:^|;\s*)ARRAffinity=([0-9a-f]{64})/.exec(cookies ?? '')?.[1];
    for (let server = 0; wanted !== undefined && server < limits.servers; server++) {
      if (affinityOf(server) === wanted) return server;
    }
    turn = (turn + 1) % limits.servers;
    return turn;
  };
  const accountOf = (user: string, server: number): Account => {
    const name = limits.sharedBudget ? user : `${user}/${server}`;
    const account = accounts.get(name) ?? newAccount();
    accounts.set(name, account);
    return account;
  };

  const visit = (cookies: string | undefined): Visit => {
    const server = serverOf(cookies);
    const began = clock.elapsed();
    let account: Account | undefined;
    let entry: Account['entries'][number] | undefined;
    return {
      affinity: `ARRAffinity=${affinityOf(server)}`,
      admit: (user, ended) => {
        const own = accountOf(user, server);
        account = own;
        const alone = ended === undefined ? { ...limits, concurrent: Number.POSITIVE_INFINITY } : limits;
        const refused = limits.enforced ? refusalOf(own, alone, clock.now()) : undefined;
        tally.count(user, refused === undefined ? undefined : refused.code);
        if (refused !== undefined) throw refused;
        entry = { at: clock.now(), cost: 0 };
        own.entries.push(entry);
        if (ended === undefined) return;
        own.underWay++;
        ended.addEventListener('abort', () => {
          own.underWay--;
        });
      },
      work: async (work) => {
        worked++;
        const wanted = costOf(limits.cost, work, fraction(mix(seed, worked)));
        const cost = Math.min(wanted, limits.sqlTimeoutSeconds * 1000);
        const wait = limits.latency === 'modelled' ? cost - (clock.elapsed() - began) : limits.latency;
        if (wait > 0) await clock.sleep(wait);
        const charged = limits.execution === 'modelled' ? cost : clock.elapsed() - began;
        if (entry !== undefined && account !== undefined) {
          entry.cost += charged;
          account.spent += charged;
        }
        if (wanted > cost) throw sqlTimeout(limits);
      },
      headers: () => {
        if (account === undefined) return [];
        slide(account, limits, clock.now());
        const seconds = Math.max(0, limits.executionSeconds - account.spent / 1000);
        return [
          ['x-ms-dop-hint', String(limits.dopHint)],
          ['x-ms-ratelimit-time-remaining-xrm-requests', twoDigits.format(seconds)],
          [
            'x-ms-ratelimit-burst-remaining-xrm-requests',
            String(Math.max(0, limits.requests - account.entries.length)),
          ],
        ];
      },
    };
  };
  return {
    settings: () => limits,
    change: (changed) => {
      limits = changedLimits(limits, changed);
    },
    visit,
    tally,
  };
}

const twoDigits = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const grouped = new Intl.NumberFormat('en-US');

/** Decides over one more request. Whoever asks during a penalty lengthens it. */
function refusalOf(account: Account, limits: Limits, now: number): Refusal | undefined {
  slide(account, limits, now);
  if (account.blockedUntil > now) {
    account.blockedUntil += limits.penaltySeconds * 1000;
    return overLimit(account, limits, now);
  }
  const found = broken(account, limits);
  if (found !== undefined) {
    account.blockedUntil = found.until;
    account.blockedBy = found.by;
    return overLimit(account, limits, now);
  }
  if (account.underWay < limits.concurrent) return undefined;
  return throttled(
    '0x80072326',
    `Number of concurrent requests exceeded the limit of ${limits.concurrent}.`,
    limits.concurrentRetrySeconds,
  );
}

function overLimit(account: Account, limits: Limits, now: number): Refusal {
  const wait = Math.max(1, Math.ceil((account.blockedUntil - now) / 1000));
  const window = `over time window of ${limits.windowSeconds} seconds.`;
  return account.blockedBy === 'requests'
    ? throttled('0x80072322', `Number of requests exceeded the limit of ${limits.requests} ${window}`, wait)
    : throttled(
        '0x80072321',
        `Combined execution time of incoming requests exceeded limit of ${grouped.format(limits.executionSeconds * 1000)} milliseconds ${window} Decrease number of concurrent requests or reduce the duration of requests and try again later.`,
        wait,
      );
}

const throttled = (code: string, message: string, wait: number): Refusal =>
  refusal(429, code, message, { 'Retry-After': String(wait) });

const sqlTimeout = (limits: Limits): Refusal =>
  refusal(
    limits.sqlTimeoutStatus,
    '0x80044151',
    'Sql error: Execution Timeout Expired.  The timeout period elapsed prior to completion of the operation or the server is not responding.',
  );
