import type { Clock } from '../clock.ts';

/** Requests of one user on one day (UTC), as an entitlement report counts them. */
export interface DayOfRequests {
  readonly day: string;
  readonly user: string;
  /** Every request that reached the service, refused ones too. */
  readonly requests: number;
  /** Refusals for service protection, by their code. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Counts what entitlements are about: requests a user and day. */
export interface Tally {
  readonly count: (user: string, refusedWith: string | undefined) => void;
  readonly days: () => readonly DayOfRequests[];
}

export function createTally(clock: Clock): Tally {
  const days = new Map<
    string,
    { day: string; user: string; requests: number; refused: Record<string, number> }
  >();
  return {
    count: (user, refusedWith) => {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const name = `${day} ${user}`;
      const found = days.get(name) ?? { day, user, requests: 0, refused: {} };
      days.set(name, found);
      found.requests++;
      if (refusedWith !== undefined) found.refused[refusedWith] = (found.refused[refusedWith] ?? 0) + 1;
    },
    days: () => [...days.values()],
  };
}
