import { fraction, mix, saltOf } from '../rows/random.ts';
import { take } from '../rows/take.ts';
import type { World } from '../world.ts';
import { changesOf, tableNamed } from './changes.ts';
import { ControlError } from './input.ts';

/**
 * Somebody who works in the environment while it is read: after each request for a table, some of its rows are created,
 * updated and deleted. It acts by requests, not by time, so that tests repeat.
 */
export interface WriterPlan {
  readonly table: string;
  readonly creates?: number;
  readonly updates?: number;
  readonly deletes?: number;
  /** Requests after which it stops. Default 100. */
  readonly turns?: number;
}

export interface Writer {
  /** Called after each request that named the set. */
  readonly after: (setName: string) => void;
  readonly start: (plan: WriterPlan) => void;
  readonly stop: () => void;
}

export function createWriter(world: World): Writer {
  let plans: { readonly plan: WriterPlan; readonly set: string; turns: number }[] = [];
  return {
    start: (plan) => {
      for (const name of ['creates', 'updates', 'deletes', 'turns'] as const) {
        const value = plan[name] ?? 0;
        if (!Number.isInteger(value) || value < 0)
          throw new ControlError(`"${name}" must be a whole number, 0 or more`);
      }
      plans.push({ plan, set: tableNamed(world, plan.table).setName, turns: plan.turns ?? 100 });
    },
    stop: () => {
      plans = [];
    },
    after: (setName) => {
      for (const each of plans) {
        if (each.set !== setName || each.turns === 0) continue;
        each.turns--;
        turn(world, each.plan);
      }
    },
  };
}

function turn(world: World, { table, creates = 0, updates = 0, deletes = 0 }: WriterPlan): void {
  const changes = changesOf(world);
  const logicalName = tableNamed(world, table).logicalName;
  const salt = mix(saltOf('writer'), world.versions.current());
  const chosen = (count: number, from: number): string[] => {
    const store = world.store(logicalName);
    const total = store?.count() ?? 0;
    if (store === undefined || total === 0) return [];
    const places = new Set(
      Array.from({ length: count }, (_, place) => Math.floor(fraction(mix(salt, from + place)) * total)),
    );
    return take(store.walk('key'), Math.max(0, ...places) + 1).flatMap((row, place) =>
      places.has(place) ? [row.key] : [],
    );
  };
  for (const key of chosen(updates, 0)) changes.update(table, key, {});
  for (const key of chosen(deletes, updates)) changes.remove(table, key);
  if (creates > 0) changes.bulk(table, creates);
}
