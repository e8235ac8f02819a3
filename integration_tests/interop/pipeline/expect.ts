import { expect } from 'vitest';
import type { Arrived } from './changes.ts';
import { tally } from './messages.ts';
import type { PipeRun } from './pipe.ts';
import { standardTables } from './tap.ts';

/** Both ends of the pipe ended well; if not, their logs are in the message. */
export function expectSuccess(run: PipeRun): void {
  const logs = `${run.tapLog.slice(-3000)}\n${run.targetLog.slice(-3000)}`;
  expect({ tap: run.tapExit, target: run.targetExit }, logs).toEqual({ tap: 0, target: 0 });
}

/** The run brought exactly these rows and deletes, and nothing of the other standard tables. */
export async function expectArrivals(run: PipeRun, expected: ReadonlyMap<string, Arrived>): Promise<void> {
  const arrived = [...(await tally(run.messages))].map(([stream, { records, deletes }]) => [
    stream,
    { records, deletes },
  ]);
  const nothing: Arrived = { records: 0, deletes: 0 };
  const wanted = standardTables.map((table) => [table, expected.get(table) ?? nothing]);
  expect(Object.fromEntries(arrived)).toEqual(Object.fromEntries(wanted));
}
