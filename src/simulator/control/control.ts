import { parsePreferences } from '../answers/preferences.ts';
import { rowWriter } from '../answers/rows.ts';
import type { Simulation } from '../pipeline.ts';
import { surfacedColumns } from '../query/properties.ts';
import type { LoggedRequest } from '../request-log.ts';
import { readSwitches, type Switches } from '../switches.ts';
import { type Backup, backupOf, restore } from './backup.ts';
import {
  beginTransaction,
  type Changes,
  changesOf,
  retainRows,
  type Transaction,
  tableNamed,
} from './changes.ts';
import { ControlError } from './input.ts';
import { type Pressure, pressureOn } from './pressure.ts';
import { type SchemaEdits, schemaEditsOf } from './schema-edits.ts';
import { type UserControl, userControlOf } from './users.ts';
import type { WriterPlan } from './writer.ts';

/** What tests and scripts can do to a running simulator besides calling it. */
export interface Control extends Changes, SchemaEdits, UserControl, Pressure {
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
  /** Moves rows to long-term retention: normal reads find them no longer. */
  readonly retain: (table: string, keys: readonly string[]) => void;
  /** Lets somebody change rows of a table after each request for it. */
  readonly startWriter: (plan: WriterPlan) => void;
  readonly stopWriters: () => void;
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
    ...userControlOf(world, signIn.users),
    retain: (name, keys) => retainRows(world, name, keys),
    ...pressureOn(simulation),
    startWriter: simulation.writer.start,
    stopWriters: simulation.writer.stop,
    begin: () => beginTransaction(world),
    backup: () => backupOf(world),
    restore: (backup) => restore(world, backup),
    switches: () => world.switches,
    setSwitches: (changed) => {
      try {
        world.setSwitches(readSwitches(changed));
      } catch (error) {
        throw new ControlError(error instanceof Error ? error.message : String(error));
      }
    },
    rows: function* (name, annotations = '') {
      const table = tableNamed(world, name);
      const preferences = parsePreferences(`odata.include-annotations="${annotations}"`);
      const around = {
        base: '',
        preferences,
        metadata: 'minimal',
        numbersAsText: false,
        user: { readsSecured: true },
      } as const;
      const write = rowWriter(world, table, surfacedColumns(table), around);
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
