import type { Table } from './types.ts';

/** The tables as they are now: schema edits replace a table, and readers ask again for each request. */
export interface LiveSchema {
  readonly tables: () => readonly Table[];
  readonly byName: (logicalName: string) => Table | undefined;
  readonly bySet: (setName: string) => Table | undefined;
  /** Replaces a table; `at` is the row version of the moment, since when older delta tokens are void. */
  readonly edit: (logicalName: string, change: (table: Table) => Table, at: number) => void;
  /** Row version at which a table was last edited; 0 if never. */
  readonly editedAt: (logicalName: string) => number;
  /** `globalmetadataversion`: grows with every edit. */
  readonly version: () => number;
}

export function liveSchema(initial: readonly Table[]): LiveSchema {
  let tables = [...initial];
  let version = 6_012_567;
  const edited = new Map<string, number>();
  const byName = new Map(tables.map((table) => [table.logicalName, table]));
  const bySet = new Map(tables.map((table) => [table.setName, table]));
  return {
    tables: () => tables,
    byName: (name) => byName.get(name),
    bySet: (name) => bySet.get(name),
    version: () => version,
    editedAt: (name) => edited.get(name) ?? 0,
    edit: (name, change, at) => {
      const before = byName.get(name);
      if (before === undefined) throw new Error(`there is no table ${name}`);
      const after = change(before);
      tables = tables.map((table) => (table === before ? after : table));
      byName.set(name, after);
      bySet.delete(before.setName);
      bySet.set(after.setName, after);
      edited.set(name, at);
      version += 7;
    },
  };
}
