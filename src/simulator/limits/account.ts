import type { Limits } from './settings.ts';

/** What one user did at one server lately. */
export interface Account {
  /** Requests of the window, oldest first. */
  readonly entries: { readonly at: number; cost: number }[];
  underWay: number;
  /** Refused until then (virtual time); 0 when not. */
  blockedUntil: number;
  /** The limit that was broken. */
  blockedBy: 'requests' | 'execution';
  /** Sum of the costs of the window, milliseconds. */
  spent: number;
}

export const newAccount = (): Account => ({
  entries: [],
  underWay: 0,
  blockedUntil: 0,
  blockedBy: 'requests',
  spent: 0,
});

/** Forgets what has left the window. */
export function slide(account: Account, limits: Limits, now: number): void {
  const since = now - limits.windowSeconds * 1000;
  let gone = 0;
  for (const entry of account.entries) {
    if (entry.at > since) break;
    account.spent -= entry.cost;
    gone++;
  }
  if (gone > 0) account.entries.splice(0, gone);
  if (account.entries.length === 0) account.spent = 0;
}

/** The limit that one more request would break, and when it would not any more. */
export function broken(
  account: Account,
  limits: Limits,
): { readonly by: 'requests' | 'execution'; readonly until: number } | undefined {
  const window = limits.windowSeconds * 1000;
  if (account.entries.length >= limits.requests) {
    const leaving = account.entries[account.entries.length - limits.requests];
    return { by: 'requests', until: (leaving?.at ?? 0) + window };
  }
  if (account.spent < limits.executionSeconds * 1000) return undefined;
  let spent = account.spent;
  for (const entry of account.entries) {
    spent -= entry.cost;
    if (spent < limits.executionSeconds * 1000) return { by: 'execution', until: entry.at + window };
  }
  return { by: 'execution', until: (account.entries.at(-1)?.at ?? 0) + window };
}
