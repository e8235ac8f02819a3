import type { Checkpoint } from './checkpoint.ts';
import { type KeySet, openKeySets, vanished } from './keyset.ts';
import { inSlot, type StreamRun } from './stream.ts';
import { walkKeys } from './walk.ts';

/** The named key set, where such sets are kept. With `sweep`, older ones are removed: no state names them any more. */
export async function keySetOf(
  run: StreamRun,
  name: string | undefined,
  sweep = false,
): Promise<KeySet | undefined> {
  const { settings, client } = run.options;
  if (name === undefined || !settings.reconcileDeletes || !settings.deletes) return undefined;
  const sets = await openKeySets(settings.keySetDirectory, client.environment.host, run.name);
  if (sets === undefined) {
    warnOfNoFolder(run);
    return undefined;
  }
  if (sweep) await sets.sweep(name);
  return sets.named(name);
}

/** Runs that were told already. */
const told = new WeakSet<StreamRun>();

function warnOfNoFolder(run: StreamRun): void {
  if (told.has(run)) return;
  told.add(run);
  run.warn(
    'Keys cannot be kept in the temporary folder, so rows deleted before a reload will not be told. Set key_set_directory to a writable folder, or reconcile_deletes to false.',
  );
}

/** A name for a key set, later than that of the one before it: sets are swept by age. */
export function newKeySet(run: StreamRun, before: string | undefined): string {
  return String(Math.max(run.startedAt.getTime(), Number(before ?? 0) + 1));
}

/** Tombstones for the keys that are in the earlier set, if there is one, and not in the present one. */
export async function writeVanished(run: StreamRun, before: KeySet | undefined, now: KeySet): Promise<void> {
  if (before === undefined || before.path === now.path || !(await before.exists())) return;
  for await (const ids of vanished(before, now)) await run.sink.deletes(ids, run.options.now());
}

/**
 * For a table that is no longer tracked: what vanished since the last run, by an untracked scan of the keys. Without a
 * key set nothing can be told, and that is said.
 */
export async function reconcileUntracked(run: StreamRun, from: Checkpoint): Promise<void> {
  const before = await keySetOf(run, from.keySet);
  if (before === undefined || !(await before.exists())) {
    run.warn('No key set was kept: rows deleted since the last run cannot be told.');
    return;
  }
  const now = await keySetOf(run, newKeySet(run, from.keySet));
  if (now === undefined) return;
  await now.clear();
  const { key } = run.selection.stream.table;
  await inSlot(run, () =>
    walkKeys(run.reader, undefined, (page) => now.add(page.keys ?? Buffer.alloc(0)), {
      only: [key],
      keys: true,
    }),
  );
  await writeVanished(run, before, now);
}
