import { parsePreferences } from '../answers/preferences.ts';
import { rowWriter } from '../answers/rows.ts';
import type { Simulation } from '../pipeline.ts';
import { surfacedColumns } from '../query/properties.ts';
import type { LoggedRequest } from '../request-log.ts';
import { defaultSwitches, type Switches } from '../switches.ts';
import { type Backup, backupOf, restore } from './backup.ts';
import { beginTransaction, type Changes, changesOf, type Transaction, tableNamed } from './changes.ts';
import { ControlError } from './input.ts';
import { type SchemaEdits, schemaEditsOf } from './schema-edits.ts';

/** What tests and scripts can do to a running simulator besides calling it. */
export interface Control extends Changes, SchemaEdits {
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
  readonly begin: () => Transaction;
  readonly backup: () => Backup;
  readonly restore: (backup: Backup) => void;
  readonly switches: () => Switches;
  readonly setSwitches: (changed: Partial<Switches>) => void;
}

export function controlOf(simulation: Simulation): Control {
  const { world, log, signIn } = simulation;
  return {
    ...changesOf(world),
    ...schemaEditsOf(world),
    begin: () => beginTransaction(world),
    backup: () => backupOf(world),
    restore: (backup) => restore(world, backup),
    switches: () => world.switches,
    setSwitches: (changed) => {
      for (const name of Object.keys(changed)) {
        if (!Object.hasOwn(defaultSwitches, name)) {
          throw new ControlError(
            `there is no switch ${name}; there are ${Object.keys(defaultSwitches).join(', ')}`,
          );
        }
      }
      world.setSwitches(changed);
    },
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
      world.schema.tables().map(({ logicalName, setName }) => ({
        table: logicalName,
        set: setName,
        rows: world.store(logicalName)?.count() ?? 0,
      })),
  };
}
