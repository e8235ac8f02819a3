import type { SavedRows } from '../rows/store.ts';
import type { World } from '../world.ts';

/** The environment at some moment. */
export interface Backup {
  readonly version: number;
  readonly rows: ReadonlyMap<string, SavedRows>;
}

export function backupOf(world: World): Backup {
  const rows = new Map<string, SavedRows>();
  for (const { logicalName } of world.schema.tables()) {
    const store = world.writable(logicalName);
    if (store !== undefined) rows.set(logicalName, store.save());
  }
  return { version: world.versions.current(), rows };
}

/** Restores rows and versions: what was written since is gone, and versions start again from then. */
export function restore(world: World, backup: Backup): void {
  for (const [name, saved] of backup.rows) world.writable(name)?.restore(saved);
  world.versions.rewind(backup.version);
}
