import type { Selection, Stream } from '../catalog/types.ts';
import { createBudget } from '../core/budget.ts';
import { systemClock } from '../core/clock.ts';
import { ConnectorError } from '../core/errors.ts';
import { createPool } from '../core/pool.ts';
import type { Redactor } from '../core/redact.ts';
import { isStandardSet } from '../dataverse/metadata/known.ts';
import type { Messages, ParsedCatalog } from '../protocol/protocol.ts';
import { countRows } from '../sync/estimate.ts';
import { runStreams } from '../sync/run.ts';
import { sampleStreams } from '../sync/sample.ts';
import type { RunEvent, RunOptions } from '../sync/types.ts';
import { readJsonFile, readTextFile } from './files.ts';
import { type Session, streamsFor, withClient } from './session.ts';
import { createWaits } from './waits.ts';

/** Bytes of pages, decompressed and then framed, that wait to be written: four pages of 18 MB, two of 38 MB. */
const pageMemory = 96 << 20;

/** Files of a read, and who watches it. */
export interface ReadOptions {
  readonly catalog: string | undefined;
  readonly state: string | undefined;
  /** Only try the streams: one row of each, or schemas alone. */
  readonly test: 'all' | 'schema' | undefined;
  readonly observe: (event: RunEvent) => void;
}

/** Reads the rows of the catalog. The errors come back by stream; none means that every stream is complete. */
export async function runRead(
  session: Session,
  options: ReadOptions,
): Promise<ReadonlyMap<string, ConnectorError>> {
  const { protocol, config, log, signal } = session;
  const clock = session.means?.clock ?? systemClock;
  const catalog = options.catalog === undefined ? undefined : await readJsonFile(options.catalog, 'catalog');
  const state = protocol.parseState(
    options.state === undefined ? {} : await readTextFile(options.state, 'state'),
  );
  const names = catalog === undefined ? undefined : protocol.streamNames(catalog);
  const waits = createWaits(session.output);
  const observe = (event: RunEvent): void => {
    options.observe(event);
    waits.observe(event);
  };
  const onWait = (stream: string, seconds: number, reason: string): void =>
    observe({ kind: 'waiting', stream, seconds, reason });

  return withClient(session, onWait, async (client) => {
    let rowCounts: RunOptions['rowCounts'];
    const streams = await streamsFor(session, client, names, (tables) => {
      rowCounts = countRows(tables, { client, log, signal });
      // Whoever waits for it gets the rejection, if there is still anybody.
      rowCounts.catch(() => undefined);
    });
    const { selections, missing, warnings } = selectionsFrom(session, streams, catalog);
    for (const warning of warnings) log.log('warn', warning);
    if (selections.length === 0 && !missing.some(({ name }) => isStandardSet(name)))
      throw nothingSelected(missing);
    const messages = protocol.messages({
      selections,
      missing,
      state,
      deletes: config.deletes,
      activateVersion: config.activateVersion,
      now: clock.now,
    });
    waits.tell = messages.waiting;
    const run: RunOptions = {
      client,
      settings: config,
      selections: firstThatWasInterrupted(selections, state.first),
      streams,
      missing,
      state,
      rowCounts,
      messages: redacted(messages, session.redact),
      output: session.output,
      log,
      observe,
      signal,
      now: () => new Date(clock.now()),
      budget: createBudget(pageMemory),
      pool: createPool(),
      finishedMeansDone: protocol.name === 'airbyte',
    };
    return options.test ? await sampleStreams(run, options.test === 'all') : await runStreams(run);
  });
}

/** What the catalog selects, or without one what the protocol reads by default. */
function selectionsFrom(
  { protocol, config }: Session,
  streams: readonly Stream[],
  catalog: unknown,
): ParsedCatalog {
  if (catalog === undefined)
    return { selections: protocol.defaultSelections(streams), missing: [], warnings: [] };
  return protocol.parseCatalog(catalog, streams, { deletes: config.deletes });
}

/** The stream at which an earlier run was interrupted goes first. */
function firstThatWasInterrupted(
  selections: readonly Selection[],
  first: string | undefined,
): readonly Selection[] {
  const at = selections.findIndex(({ stream }) => stream.name === first);
  return at <= 0 ? selections : [...selections.slice(at), ...selections.slice(0, at)];
}

/** Messages that hold text of errors pass the redactor once more; rows and states hold no secrets and are left alone. */
function redacted(messages: Messages, redact: Redactor): Messages {
  return {
    ...messages,
    failed: (stream, error) => redact(messages.failed(stream, error)),
    end: (errors) => redact(messages.end(errors)),
  };
}

/** A catalog of nothing but tables that no environment is known to have is a mistake, not a module that is not installed. */
function nothingSelected(missing: readonly { readonly name: string }[]): ConnectorError {
  const [first] = missing;
  return new ConnectorError(
    'config',
    first === undefined
      ? 'No stream is selected. Select streams in the catalog, or check the settings "tables" and "exclude_tables".'
      : `The environment has none of the streams that the catalog selects: ${missing.map(({ name }) => name).join(', ')}. Run discovery again.`,
    first === undefined ? {} : { stream: first.name },
  );
}
