import { ConnectorError } from '../core/errors.ts';
import { formatInstant, type Instant, parseInstant } from '../core/instant.ts';
import { anchorOf } from './anchor.ts';
import { type Checkpoint, freshCheckpoint } from './checkpoint.ts';
import { drain } from './delta.ts';
import { type KeySet, openKeySets, vanished } from './keyset.ts';
import { loadRows, parallelColumn, sinceFilter } from './load.ts';
import type { Query } from './reader.ts';
import { done, hasColumn, inSlot, type Outcome, type ReadStream, type StreamRun } from './stream.ts';
import { deltaTokenOf, skipTokenOf } from './tokens.ts';
import { walkKeys, walkLinks } from './walk.ts';

/**
 * Change tracking. The first load takes the token first (a tracked scan of the keys), then reads the rows in parallel
 * without tracking, then what changed since the token: at least once, no gap, whatever moment the token stands for.
 * Small tables are read by one tracked read. Later runs read the changes since the token, deletes among them.
 * Source: Microsoft, "Use change tracking to synchronize data with external systems".
 */
export const readChanges: ReadStream = async (run, from) => {
  const known = from?.strategy === 'change_tracking' ? from : undefined;
  try {
    try {
      if (known?.token !== undefined && known.load === undefined)
        return await readSince(run, known, known.token);
      if (known?.load !== undefined) run.info('Going on with the first load that was interrupted.');
      return await firstLoad(run, known, startOf(run, from));
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError) || thrown.kind !== 'expired_token') throw thrown;
      run.warn(`${thrown.message} Reading the table again in full.`);
      return await reload(run, known ?? freshCheckpoint('change_tracking'));
    }
  } catch (thrown) {
    const reason = unreadable(thrown);
    if (reason === undefined) throw thrown;
    return { kind: 'instead', without: 'change_tracking', reason };
  }
};

/** Why change tracking cannot be used on this table, when the error says so. */
function unreadable(thrown: unknown): string | undefined {
  if (!(thrown instanceof ConnectorError)) return undefined;
  const code = thrown.details.code?.toLowerCase();
  if (thrown instanceof Untracked || code === '0x80072491' || code === '0x80072492')
    return 'it is not enabled on the table';
  if (thrown.kind === 'permission' && thrown.details.depth?.toLowerCase() === 'global')
    return 'the role does not read the table at organisation depth. A plain read returns only the rows the user may see: THE EXTRACT WILL BE INCOMPLETE. Give the application user a role with organisation-level read';
  return undefined;
}

/** A tracked read that ended without a delta link: the table ignores the preference. */
class Untracked extends ConnectorError {
  constructor(stream: string) {
    super('schema', `Table ${stream} answered a change-tracked read without a delta link.`, { stream });
  }
}

/** The first load's start: kept from an earlier load, or the cursor of another strategy, or `anchor_date`. */
function startOf(run: StreamRun, from: Checkpoint | undefined): Instant | undefined {
  if (!hasColumn(run, 'modifiedon')) return undefined;
  const kept = from?.anchor ?? (from?.strategy === 'modifiedon' ? from.cursor : undefined);
  const instant = kept === undefined ? undefined : parseInstant(kept);
  if (instant === undefined) return anchorOf(run.options.settings, run.startedAt);
  if (from?.anchor !== undefined) return instant;
  run.info(`Going over to change tracking from the cursor ${kept}.`);
  return instant - run.options.settings.lookbackSeconds;
}

async function firstLoad(
  run: StreamRun,
  from: Checkpoint | undefined,
  start: Instant | undefined,
): Promise<Outcome> {
  const small = run.estimate !== undefined && run.estimate <= run.options.settings.smallTableRows;
  const interrupted = from?.load === undefined ? undefined : from;
  const base = {
    ...freshCheckpoint('change_tracking'),
    version: interrupted?.version ?? versionFor(run),
    keySet: interrupted?.keySet ?? String(run.startedAt.getTime()),
    anchor: start === undefined ? undefined : formatInstant(start),
  };
  run.reader.setVersion(base.version);
  const keys = await keySetOf(run, base.keySet);
  if (interrupted?.token !== undefined)
    return loadThenDrain(run, { ...base, token: interrupted.token }, interrupted);
  if (interrupted === undefined) await keys?.clear();
  if (!small) return loadThenDrain(run, { ...base, token: await scanKeys(run, keys) }, undefined);
  // Rows may arrive before any state that covers them: the state written now lets the next attempt find those that are
  // deleted until then.
  if (interrupted === undefined) await run.checkpoint(base);
  const resume = interrupted?.load?.kind === 'tracked' ? interrupted.load.skipToken : undefined;
  const token = await trackedRead(run, base, resume, keys, start);
  if (keys && interrupted === undefined) await writeVanished(run, await keySetOf(run, from?.keySet), keys);
  return finish(run, base, token);
}

/** The whole table by one tracked read; resumable at its cookie. Returns the token. */
async function trackedRead(
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
  await inSlot(run, () =>
    walkLinks(run.reader, query, async (page) => {
      await keys?.add(page.keys ?? Buffer.alloc(0));
      await run.sink.rows(page);
      token = deltaTokenOf(page);
      const skipToken = skipTokenOf(page);
      if (skipToken !== undefined) await run.checkpoint({ ...base, load: { kind: 'tracked', skipToken } });
    }),
  );
  if (token === undefined) throw new Untracked(run.name);
  return token;
}

/** The token, by a tracked scan of the keys alone, which go into the key set. */
async function scanKeys(run: StreamRun, keys: KeySet | undefined): Promise<string> {
  let token: string | undefined;
  const query: Query = { track: true, only: [run.selection.stream.table.key], keys: keys !== undefined };
  await inSlot(run, () =>
    walkLinks(run.reader, query, async (page) => {
      await keys?.add(page.keys ?? Buffer.alloc(0));
      token = deltaTokenOf(page);
    }),
  );
  if (token === undefined) throw new Untracked(run.name);
  return token;
}

async function loadThenDrain(
  run: StreamRun,
  base: Omit<Checkpoint, 'records'> & { readonly token: string },
  resume: Checkpoint | undefined,
): Promise<Outcome> {
  const column = parallelColumn(run);
  const start = base.anchor === undefined ? undefined : parseInstant(base.anchor);
  // The token is kept before the first row leaves: what is deleted from then on is in the delta.
  if (resume === undefined) await run.checkpoint({ ...base, load: { kind: 'keys', after: undefined } });
  await loadRows(
    run,
    {
      column,
      lower: undefined,
      upper: undefined,
      filter: sinceFilter('modifiedon', start),
      nulls: column !== undefined,
      eager: true,
    },
    resume?.load,
    (load) => run.checkpoint({ ...base, load }),
  );
  return finish(run, base, await drain(run, base, base.token, await keySetOf(run, base.keySet)));
}

async function readSince(run: StreamRun, from: Checkpoint, token: string): Promise<Outcome> {
  run.reader.setVersion(from.version);
  const next = await drain(run, from, token, await keySetOf(run, from.keySet, true));
  await run.sink.running();
  await run.checkpoint({ ...from, token: next });
  return done;
}

/** A full load again, and what vanished since the last one: by ACTIVATE_VERSION or as tombstones by key difference. */
async function reload(run: StreamRun, from: Checkpoint): Promise<Outcome> {
  const version = versionFor(run);
  run.reader.setVersion(version);
  const before = await keySetOf(run, from.keySet);
  const known = before !== undefined && (await before.exists());
  if (version === undefined && !known)
    run.warn(
      'No key set was kept: rows deleted since the last run cannot be told. Run a full refresh of this stream.',
    );
  const keySet = String(run.startedAt.getTime());
  const now = await keySetOf(run, keySet);
  await now?.clear();
  const token = await scanKeys(run, now);
  if (now && version === undefined) await writeVanished(run, before, now);
  const base = { ...freshCheckpoint('change_tracking'), anchor: from.anchor, version, keySet, token };
  return loadThenDrain(run, base, undefined);
}

/**
 * For a table that is no longer tracked: what vanished since the last run, by an untracked scan of the keys. Without a
 * key set nothing can be told, and that is said.
 */
export async function reconcileUntracked(run: StreamRun, from: Checkpoint): Promise<void> {
  const before = await keySetOf(run, from.keySet);
  if (before === undefined || !(await before.exists())) {
    run.warn('No key set was kept: rows deleted since the last run cannot be told.');
    return;
  }
  const now = await keySetOf(run, String(run.startedAt.getTime()));
  if (now === undefined) return;
  await now.clear();
  const { key } = run.selection.stream.table;
  await inSlot(run, () =>
    walkKeys(run.reader, undefined, (page) => now.add(page.keys ?? Buffer.alloc(0)), {
      only: [key],
      keys: true,
    }),
  );
  await writeVanished(run, before, now);
}

/** Tombstones for the keys that are in the earlier set, if there is one, and not in the present one. */
async function writeVanished(run: StreamRun, before: KeySet | undefined, now: KeySet): Promise<void> {
  if (before === undefined || before.path === now.path || !(await before.exists())) return;
  for await (const ids of vanished(before, now)) await run.sink.deletes(ids, run.options.now());
}

async function finish(run: StreamRun, base: Omit<Checkpoint, 'records'>, token: string): Promise<Outcome> {
  await run.sink.running();
  if (base.version !== undefined) await run.sink.lines(run.options.messages.loaded(run.name, base.version));
  await run.checkpoint({ ...base, token, load: undefined });
  return done;
}

function versionFor(run: StreamRun): number | undefined {
  return run.options.settings.activateVersion ? run.startedAt.getTime() : undefined;
}

/** The named key set, where such sets are kept. With `sweep`, older ones are removed: no state names them any more. */
async function keySetOf(
  run: StreamRun,
  name: string | undefined,
  sweep = false,
): Promise<KeySet | undefined> {
  const { settings, client } = run.options;
  if (name === undefined || !settings.reconcileDeletes || !settings.deletes) return undefined;
  const sets = await openKeySets(settings.keySetDirectory, client.environment.host, run.name);
  if (sets === undefined) {
    warnOfNoFolder(run);
    return undefined;
  }
  if (sweep) await sets.sweep(name);
  return sets.named(name);
}

/** Runs that were told already. */
const told = new WeakSet<StreamRun>();

function warnOfNoFolder(run: StreamRun): void {
  if (told.has(run)) return;
  told.add(run);
  run.warn(
    'Keys cannot be kept in the temporary folder, so rows deleted before a reload will not be told. Set key_set_directory to a writable folder, or reconcile_deletes to false.',
  );
}
