import { freshCheckpoint } from './checkpoint.ts';
import { loadRows, parallelColumn } from './load.ts';
import { done, type ReadStream } from './stream.ts';

/**
 * Every row, resumable. A load in progress goes on where its last state was written; a finished one starts again unless
 * the protocol says that finished means done (`run.options.finishedMeansDone`).
 */
export const readFull: ReadStream = async (run, from) => {
  const interrupted = from?.strategy === 'full' && !from.complete ? from : undefined;
  if (from?.complete && run.selection.mode === 'full' && run.options.finishedMeansDone) {
    run.info('The full refresh is already complete according to the state; nothing to read.');
    await run.sink.running();
    await run.checkpoint(from);
    return done;
  }
  const version = interrupted?.version ?? run.startedAt.getTime();
  run.reader.setVersion(version);
  const base = { ...freshCheckpoint('full'), version };
  if (interrupted?.load) run.info('Going on with the full refresh that was interrupted.');
  const column = parallelColumn(run);
  await loadRows(
    run,
    {
      column,
      lower: undefined,
      upper: undefined,
      filter: undefined,
      nulls: column !== undefined,
      eager: true,
    },
    interrupted?.load,
    (load) => run.checkpoint({ ...base, load }),
  );
  await run.sink.running();
  await run.sink.lines(run.options.messages.loaded(run.name, version));
  await run.checkpoint({ ...base, complete: true });
  return done;
};
