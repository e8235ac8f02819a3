import { ConnectorError } from '../core/errors.ts';
import { formatInstant, type Instant } from '../core/instant.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { KeySet } from './keyset.ts';
import type { Page, Query } from './reader.ts';
import { inSlot, type StreamRun } from './stream.ts';
import { deltaTokenOf, skipTokenOf } from './tokens.ts';
import { walkLinks } from './walk.ts';

/** A tracked read that ended without a delta link: the table ignores the preference. */
export class Untracked extends ConnectorError {
  constructor(stream: string) {
    super('schema', `Table ${stream} answered a change-tracked read without a delta link.`, { stream });
  }
}

/** The whole table by one tracked read; resumable at its cookie. Returns the token. */
export async function trackedRead(
  run: StreamRun,
  base: Omit<Checkpoint, 'records'>,
  resume: string | undefined,
  keys: KeySet | undefined,
  start: Instant | undefined,
): Promise<string> {
  const query: Query = {
    track: true,
    keys: keys !== undefined,
    from: start === undefined ? undefined : { key: 'modifiedon', value: formatInstant(start) },
    need: start === undefined ? [] : ['modifiedon'],
    ...(resume === undefined ? {} : { skipToken: resume }),
  };
  let token: string | undefined;
  const deliver = async (page: Page): Promise<void> => {
    await keys?.add(page.keys ?? Buffer.alloc(0));
    await run.sink.rows(page);
    token = deltaTokenOf(page);
    const skipToken = skipTokenOf(page);
    if (skipToken !== undefined) await run.checkpoint({ ...base, load: { kind: 'tracked', skipToken } });
  };
  // A new tracked read would bring a newer token, and what was deleted before it would stay in the destination.
  const again = (): never => {
    throw new ConnectorError(
      'expired_token',
      `The tracked read of table ${run.name} cannot be gone on with.`,
    );
  };
  await inSlot(run, () => walkLinks(run.reader, query, deliver, again));
  if (token === undefined) throw new Untracked(run.name);
  return token;
}

/** The token, by a tracked scan of the keys alone, which go into the key set. */
export async function scanKeys(run: StreamRun, keys: KeySet | undefined): Promise<string> {
  let token: string | undefined;
  const query: Query = { track: true, only: [run.selection.stream.table.key], keys: keys !== undefined };
  const deliver = async (page: Page): Promise<void> => {
    await keys?.add(page.keys ?? Buffer.alloc(0));
    token = deltaTokenOf(page);
  };
  // A scan that starts over brings a newer token: what was deleted before it must not stay in the set.
  await inSlot(run, () => walkLinks(run.reader, query, deliver, () => keys?.clear()));
  if (token === undefined) throw new Untracked(run.name);
  return token;
}
