import { nothing } from '../lines.ts';
import type { Protocol } from '../protocol.ts';
import { singerCatalog } from './catalog.ts';
import { singerLog } from './log.ts';
import { singerMessages } from './messages.ts';
import { parseSingerCatalog, selectedNames, standardSelections } from './selection.ts';
import { parseSingerState } from './state.ts';

/** Singer, as Meltano and `tap | target` pipes speak it. */
export const singer: Protocol = {
  name: 'singer',
  catalog: singerCatalog,
  streamNames: selectedNames,
  parseCatalog: parseSingerCatalog,
  defaultSelections: standardSelections,
  parseState: parseSingerState,
  messages: singerMessages,
  // Singer has no message for these: the exit code says it, and the log explains it.
  checkResult: (outcome) => ({ bytes: nothing, exitCode: outcome.ok ? 0 : 1 }),
  spec: (schema) => Buffer.from(`${JSON.stringify(schema, null, 2)}\n`),
  fatal: () => nothing,
  log: singerLog,
};
