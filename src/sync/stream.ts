import type { Selection } from '../catalog/types.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Reader } from './reader.ts';
import type { Sink } from './sink.ts';
import type { Slots } from './slots.ts';
import type { RunOptions, Strategy } from './types.ts';

/** One stream while it is being read: what every strategy works with. */
export interface StreamRun {
  readonly name: string;
  readonly selection: Selection;
  readonly options: RunOptions;
  readonly reader: Reader;
  readonly sink: Sink;
  readonly slots: Slots;
  /** Rows of the table according to the server's last snapshot; undefined when it did not say. */
  readonly estimate: number | undefined;
  /** Aborted when the run ends early or a worker of this stream fails. */
  readonly signal: AbortSignal;
  /** Aborts what this stream has under way. */
  readonly abort: (reason: unknown) => void;
  /** Start of the run, by the service's clock. */
  readonly startedAt: Date;
  /** Writes the checkpoint as state, with the number of records so far. */
  checkpoint(checkpoint: Omit<Checkpoint, 'records'>): Promise<void>;
  info(message: string): void;
  warn(message: string): void;
}

/** A strategy reads a stream to its end and leaves its last checkpoint written. */
export type ReadStream = (run: StreamRun, from: Checkpoint | undefined) => Promise<Outcome>;

/** `done`, or the strategy turned out not to work on this table and another has to be tried. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'instead'; readonly without: Strategy; readonly reason: string };

/** The outcome of a stream that was read to its end. */
export const done: Outcome = { kind: 'done' };

/** Runs `work` while holding a slot. */
export async function inSlot<T>(run: StreamRun, work: () => Promise<T>): Promise<T> {
  await run.slots.acquire(run.signal, true);
  try {
    return await work();
  } finally {
    run.slots.release();
  }
}

/** True where the table has a column of this name on the wire. */
export function hasColumn(run: StreamRun, name: string): boolean {
  return run.selection.stream.table.columns.some((column) => column.name === name);
}
