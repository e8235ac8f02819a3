import { setMaxListeners } from 'node:events';
import { asConnectorError, ConnectorError } from '../core/errors.ts';
import { tellAnchor } from './anchor.ts';
import { readChanges } from './changes.ts';
import { type Checkpoint, freshCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { readChoices } from './choices.ts';
import { readByModifiedOn, readByVersion } from './cursor.ts';
import { estimateRows } from './estimate.ts';
import { checkRowFilters } from './filters.ts';
import { readFull } from './full.ts';
import { planStream } from './plan.ts';
import { createReader } from './reader.ts';
import { createSink } from './sink.ts';
import { createSlots, type Slots } from './slots.ts';
import type { ReadStream, StreamRun } from './stream.ts';
import type { RunOptions, Strategy } from './types.ts';
import { reconcileUntracked } from './vanished.ts';

const readers: Readonly<Record<Strategy, ReadStream>> = {
  change_tracking: readChanges,
  modifiedon: readByModifiedOn,
  versionnumber: readByVersion,
  full: readFull,
};

/**
 * Reads all selected streams, side by side as far as the service's limits allow. A stream that fails never stops the
 * others; the errors come back by stream. Rejects only when nothing can be written any more.
 */
export async function runStreams(options: RunOptions): Promise<ReadonlyMap<string, ConnectorError>> {
  const { messages, output, selections, state } = options;
  // A state that cannot be read ends the run before anything is written.
  const checkpoints = new Map(
    selections.map(({ stream }) => [
      stream.name,
      parseCheckpoint(stream.name, state.streams.get(stream.name)),
    ]),
  );
  await checkRowFilters(options);
  const errors = new Map<string, ConnectorError>();
  await output.write(messages.begin());
  for (const { name } of options.missing) {
    await output.write(messages.started(name, 0));
    await endMissing(name, options);
  }

  const estimates = await estimateRows(options);
  const slots = createSlots(() => options.client.concurrency);
  const startedAt = new Date(options.client.now());
  if (
    selections.some(
      ({ stream, mode }) => mode === 'incremental' && checkpoints.get(stream.name) === undefined,
    )
  )
    tellAnchor(options, startedAt);
  await Promise.all(
    selections.map(async (selection) => {
      const { name } = selection.stream;
      const error = await readStream(
        { selection, options, slots, startedAt, estimate: estimates.get(name) },
        checkpoints.get(name),
      );
      if (error) errors.set(name, error);
    }),
  );
  await output.write(messages.end(errors));
  return errors;
}

/** A table that is not installed: no records, a state, success. */
async function endMissing(name: string, { messages, output, log, observe }: RunOptions): Promise<void> {
  log.log('warn', `Table ${name} is not installed in this environment: 0 records.`, name);
  const state = messages.state(
    name,
    { replication_key: null, replication_key_value: null, complete: true },
    0,
  );
  await output.write(Buffer.concat([messages.running(name), state, messages.complete(name)]));
  observe({ kind: 'ended', stream: name, outcome: 'not_installed' });
}

type StreamStart = Pick<StreamRun, 'selection' | 'options' | 'slots' | 'startedAt' | 'estimate'>;

/** Reads one stream to its end or its failure. Throws only when the output is broken. */
async function readStream(
  start: StreamStart,
  from: Checkpoint | undefined,
): Promise<ConnectorError | undefined> {
  const { selection, options } = start;
  const { name } = selection.stream;
  const { messages, output, observe } = options;
  const aborter = new AbortController();
  const signal = AbortSignal.any([options.signal, aborter.signal]);
  // Every request that waits or is under way listens to it; Node would warn of more than ten.
  setMaxListeners(0, signal);
  let begun = false;
  try {
    await takeTurn(start.slots, signal);
    await output.write(messages.started(name, start.estimate));
    begun = true;
    const sink = createSink(name, options);
    const run: StreamRun = {
      ...start,
      name,
      sink,
      signal,
      reader: createReader(selection, options, signal),
      abort: (reason) => aborter.abort(reason),
      checkpoint: (checkpoint) => sink.state({ ...checkpoint, records: sink.written }),
      info: (message) => options.log.log('info', `${name}: ${message}`, name),
      warn: (message) => options.log.log('warn', `${name}: ${message}`, name),
    };
    await readByPlan(run, from);
    await output.write(messages.complete(name));
    observe({ kind: 'ended', stream: name, outcome: 'complete' });
    return undefined;
  } catch (thrown) {
    const { aborted, reason } = options.signal;
    // A signal is nobody's failure; what else stops the run (memory) is that of the streams that it stopped.
    if (aborted && !(begun && reason instanceof ConnectorError)) {
      observe({ kind: 'ended', stream: name, outcome: 'stopped' });
      return undefined;
    }
    const error = aborted ? (reason as ConnectorError) : asConnectorError(thrown);
    if (error.kind === 'not_installed') {
      await endMissing(name, options);
      return undefined;
    }
    options.log.log('error', `${name}: ${error.message}`, name);
    await output.write(messages.failed(name, error));
    observe({ kind: 'ended', stream: name, outcome: 'failed' });
    return error;
  }
}

/** Streams begin in the catalog's order, each when a slot is free for it. */
async function takeTurn(slots: Slots, signal: AbortSignal): Promise<void> {
  await slots.acquire(signal, false);
  slots.release();
}

/** Reads by the planned strategy, and by the next best where that one turns out not to work on the table. */
async function readByPlan(run: StreamRun, from: Checkpoint | undefined): Promise<void> {
  const without: Strategy[] = [];
  for (;;) {
    if (run.selection.stream.source === 'choices') {
      await readChoices(run, undefined);
      return;
    }
    const { strategy, reason } = planStream(run.selection, run.options.settings, without);
    run.info(`Reading by ${strategy}: ${reason}.`);
    run.options.observe({ kind: 'started', stream: run.name, strategy, estimate: run.estimate });
    const untracked = from?.strategy === 'change_tracking' && strategy !== 'change_tracking';
    // A full refresh that the catalog asks for replaces what was there.
    if (untracked && run.selection.mode !== 'full') await reconcileUntracked(run, from);
    const outcome = await readers[strategy](run, usable(run, from, strategy));
    if (outcome.kind === 'done') return;
    run.warn(`Not reading by ${outcome.without}: ${outcome.reason}.`);
    without.push(outcome.without);
  }
}

/** The checkpoint as far as the strategy can use it: one of another strategy counts for nothing, with a warning. */
function usable(run: StreamRun, from: Checkpoint | undefined, strategy: Strategy): Checkpoint | undefined {
  if (from === undefined || from.strategy === strategy) return from;
  if (strategy === 'change_tracking' && from.strategy === 'modifiedon') return from;
  run.warn(
    `The state was written by ${from.strategy}, this run reads by ${strategy}: reading from the beginning.`,
  );
  return { ...freshCheckpoint(strategy), anchor: from.anchor };
}
