import { ConnectorError } from '../core/errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { guidAt, type KeySet } from './keyset.ts';
import type { Answered, Query } from './reader.ts';
import { inSlot, type StreamRun } from './stream.ts';
import { deltaTokenOf, wentBack } from './tokens.ts';
import { delivered } from './walk.ts';

/**
 * Reads what changed since a token: new and changed rows first, then deletes, as the server orders them. Deletes are
 * held back until all rows were written, and an id that is among the rows of the same delta was created again: it stays.
 * The state keeps the old token until the delta is drained. Returns the new token.
 */
export async function drain(
  run: StreamRun,
  base: Omit<Checkpoint, 'records'>,
  token: string,
  keys: KeySet | undefined,
): Promise<string> {
  return inSlot(run, async () => {
    const query: Query = { deltaToken: token, keys: true };
    for (;;) {
      const drained = await drainOnce(run, query, base, keys);
      if (drained === 'again') continue;
      if (wentBack(token, drained))
        throw new ConnectorError(
          'expired_token',
          `The environment of table ${run.name} was restored to an earlier state.`,
          { stream: run.name },
        );
      return drained;
    }
  });
}

async function drainOnce(
  run: StreamRun,
  query: Query,
  base: Omit<Checkpoint, 'records'>,
  keys: KeySet | undefined,
): Promise<string | 'again'> {
  const deleted = new Set<string>();
  const changed: Buffer[] = [];
  let pending: Promise<Answered> = run.reader.ask(query);
  for (;;) {
    const page: Answered = await pending;
    if (page === 'again') return 'again';
    // Microsoft's documentation of 2022 has an expired token answered by all rows, as if it were a first read: deletes
    // would go unnoticed. A real delta says in its context that it is one.
    if (!page.delta && page.rows > 0) {
      page.release();
      throw new ConnectorError(
        'expired_token',
        `The service answered the change-tracking token of ${run.name} with all rows: it has expired.`,
        { stream: run.name },
      );
    }
    const ahead: Promise<Answered> | undefined =
      page.nextLink === undefined ? undefined : run.reader.follow(page.nextLink, query);
    ahead?.catch(() => undefined);
    if (page.keys && page.keys.length > 0) {
      changed.push(page.keys);
      await keys?.add(page.keys);
    }
    for (const id of page.deleted) deleted.add(id);
    await delivered(run.sink.rows(page), ahead);
    if (ahead !== undefined) {
      pending = ahead;
      await run.checkpoint(base);
      continue;
    }
    const next = deltaTokenOf(page);
    if (next === undefined)
      throw new ConnectorError(
        'protocol',
        `Table ${run.name} ended its changes without a delta link. Run again; if it repeats, set incremental_strategy to modifiedon for it.`,
        { stream: run.name },
      );
    await writeDeletes(run, deleted, changed);
    return next;
  }
}

async function writeDeletes(run: StreamRun, deleted: Set<string>, changed: readonly Buffer[]): Promise<void> {
  if (deleted.size === 0) return;
  for (const keys of changed) {
    for (let at = 0; at < keys.length; at += 16) deleted.delete(guidAt(keys, at));
  }
  const ids = [...deleted];
  for (let from = 0; from < ids.length; from += 5000)
    await run.sink.deletes(ids.slice(from, from + 5000), run.options.now());
}
