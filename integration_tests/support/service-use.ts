import type { Simulator } from '../../src/simulator/index.ts';
import type { Work } from './shared-time.ts';

/** Seconds over which the service limits what a user does. */
export const window = 300;

/** Requests that reached the service, and how many of them it refused for its limits. */
export interface Tally {
  readonly requests: number;
  readonly refused: number;
}

/** Everybody's requests so far. */
export function tallyOf({ control }: Simulator): Tally {
  const days = control.requestTally();
  return {
    requests: sum(days.map(({ requests }) => requests)),
    refused: sum(days.flatMap(({ refused }) => Object.values(refused))),
  };
}

/** Seconds of execution time, all together. */
export const executionOf = (work: readonly Work[]): number => sum(work.map(({ took }) => took)) / 1000;

/** The most execution time that the service ever counted: of answers that it has given, to what came within the window. */
export function mostCharged(work: readonly Work[]): number {
  const charged = work.map((last) => {
    const now = endOf(last);
    return executionOf(work.filter((each) => each.began > now - window * 1000 && endOf(each) <= now));
  });
  return Math.max(0, ...charged);
}

const endOf = ({ began, took }: Work): number => began + took;

/** The most requests that began in any second. `work` in the order of time. */
export function mostBegun(work: readonly Work[]): number {
  const counts = work.map(
    ({ began }) => work.filter((each) => each.began >= began && each.began < began + 1000).length,
  );
  return Math.max(0, ...counts);
}

/**
 * The least seconds that so much execution time takes: a window's budget is used up at once by as many requests at a time as
 * are advised, which then wait for the next window; the rest comes in the last one.
 */
export function ceilingOf(executed: number, budget: number, concurrency: number): number {
  const windows = Math.max(0, Math.ceil(executed / budget) - 1);
  return Math.max(executed / concurrency, windows * window + (executed - windows * budget) / concurrency);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
