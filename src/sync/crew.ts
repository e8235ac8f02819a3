import type { StreamRun } from './stream.ts';

/** Workers of one stream that do the same work side by side, each in a slot. */
export interface Crew {
  /** Starts the first worker, which waits for its slot, then calls `begun`; resolves when all workers have ended. */
  run(begun: () => void): Promise<void>;
  /** Adds a worker if a slot is free. */
  join(): boolean;
}

/** A crew; the first worker that fails stops the others, and `run` throws its failure. */
export function createCrew(run: StreamRun, work: () => Promise<void>): Crew {
  const workers = new Set<Promise<void>>();
  let failure: { readonly thrown: unknown } | undefined;

  const start = (worker: Promise<void>): void => {
    const watched = worker
      .catch((thrown: unknown) => {
        failure ??= { thrown };
        run.abort(thrown);
      })
      .finally(() => workers.delete(watched));
    workers.add(watched);
  };
  const workAndRelease = async (): Promise<void> => {
    try {
      await work();
    } finally {
      run.slots.release();
    }
  };

  return {
    async run(begun) {
      await run.slots.acquire(run.signal, true);
      start(workAndRelease());
      begun();
      // Workers recruit others while they work, so the set is looked at until it stays empty.
      while (workers.size > 0) await Promise.all(workers);
      if (failure) throw failure.thrown;
    },
    join() {
      if (failure || !run.slots.tryAcquire()) return false;
      start(workAndRelease());
      return true;
    },
  };
}
