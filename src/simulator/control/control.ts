import { parsePreferences } from '../answers/preferences.ts';
import { rowWriter } from '../answers/rows.ts';
import type { Simulation } from '../pipeline.ts';
import { surfacedColumns } from '../query/properties.ts';
import type { LoggedRequest } from '../request-log.ts';
import { type Changes, changesOf, tableNamed } from './changes.ts';

/** What tests and scripts can do to a running simulator besides calling it. */
export interface Control extends Changes {
  /**
   * The rows as of now, in key order, as the Web API prints them, one JSON text each. `annotations` is a list as clients
   * give it in `odata.include-annotations`; none without it.
   */
  readonly rows: (table: string, annotations?: string) => Generator<string>;
  readonly count: (table: string) => number;
  readonly requests: () => readonly LoggedRequest[];
  readonly clearRequests: () => void;
  /** Moves the virtual clock. */
  readonly advance: (milliseconds: number) => void;
  readonly now: () => number;
  /** Every access token handed out so far stops working. */
  readonly expireTokens: () => void;
  readonly tables: () => { readonly table: string; readonly set: string; readonly rows: number }[];
}

export function controlOf(simulation: Simulation): Control {
  const { world, log, signIn } = simulation;
  return {
    ...changesOf(world),
    rows: function* (name, annotations = '') {
      const table = tableNamed(world, name);
      const preferences = parsePreferences(`odata.include-annotations="${annotations}"`);
      const write = rowWriter(world, table, surfacedColumns(table), preferences);
      for (const row of world.store(table.logicalName)?.walk('key') ?? []) yield write(row);
    },
    count: (name) => world.store(tableNamed(world, name).logicalName)?.count() ?? 0,
    requests: log.entries,
    clearRequests: log.clear,
    advance: world.clock.advance,
    now: world.clock.now,
    expireTokens: signIn.tokens.expireAll,
    tables: () =>
      world.tables.map(({ logicalName, setName }) => ({
        table: logicalName,
        set: setName,
        rows: world.store(logicalName)?.count() ?? 0,
      })),
  };
}
