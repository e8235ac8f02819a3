import type { Protocol } from '../protocol.ts';
import { airbyteCatalog } from './catalog.ts';
import { configuredNames, parseConfiguredCatalog } from './configured-catalog.ts';
import { airbyteLog } from './log.ts';
import { airbyteMessages } from './messages.ts';
import { checkResult, specMessage } from './results.ts';
import { parseAirbyteState } from './state.ts';
import { errorTrace } from './traces.ts';

/** Airbyte's protocol, as its platform and PyAirbyte speak it. */
export const airbyte: Protocol = {
  name: 'airbyte',
  catalog: airbyteCatalog,
  streamNames: configuredNames,
  parseCatalog: parseConfiguredCatalog,
  // A read without a catalog does not exist in Airbyte.
  defaultSelections: () => [],
  parseState: parseAirbyteState,
  messages: airbyteMessages,
  checkResult,
  spec: specMessage,
  fatal: (error) => errorTrace(error, Date.now()),
  log: airbyteLog,
};
