import { ConnectorError } from '../core/errors.ts';
import { formatInstant, type Instant, parseInstant } from '../core/instant.ts';
import { anchorOf } from './anchor.ts';
import { type Checkpoint, freshCheckpoint } from './checkpoint.ts';
import { drain } from './delta.ts';
import { loadRows, parallelColumn, sinceFilter } from './load.ts';
import { done, hasColumn, type Outcome, type ReadStream, type StreamRun } from './stream.ts';
import { wentBack } from './tokens.ts';
import { scanKeys, trackedRead, Untracked } from './tracked.ts';
import { keySetOf, newKeySet, writeVanished } from './vanished.ts';

/**
 * Change tracking. The first load takes the token first (a tracked scan of the keys), then reads the rows in parallel
 * without tracking, then what changed since the token: at least once, no gap, whatever moment the token stands for.
 * Small tables are read by one tracked read. Later runs read the changes since the token, deletes among them.
 * Source: Microsoft, "Use change tracking to synchronize data with external systems".
 */
export const readChanges: ReadStream = async (run, from) => {
  let latest = from?.strategy === 'change_tracking' ? from : undefined;
  const noting: StreamRun = {
    ...run,
    checkpoint(checkpoint) {
      latest = { ...checkpoint, records: 0 };
      return run.checkpoint(checkpoint);
    },
  };
  try {
    for (let reloads = 0; ; reloads += 1) {
      try {
        if (reloads > 0) return await reload(noting, latest ?? freshCheckpoint('change_tracking'));
        return await goOn(noting, latest, startOf(run, from));
      } catch (thrown) {
        const expired = thrown instanceof ConnectorError && thrown.kind === 'expired_token';
        if (!expired || reloads >= mostReloads) throw thrown;
        run.warn(`${thrown.message} Reading the table again in full.`);
      }
    }
  } catch (thrown) {
    const reason = unreadable(thrown);
    if (reason === undefined) throw thrown;
    return { kind: 'instead', without: 'change_tracking', reason };
  }
};

/** A token is void as soon as the table's definition changes: somebody may be at work on it while it is read again. */
const mostReloads = 3;

/** Goes on where the checkpoint stands. */
async function goOn(
  run: StreamRun,
  known: Checkpoint | undefined,
  start: Instant | undefined,
): Promise<Outcome> {
  if (known?.load === undefined && known?.token !== undefined) return readSince(run, known, known.token);
  if (known === undefined || known.keySet === undefined) return firstLoad(run, undefined, start);
  if (known.load !== undefined && !isStale(run, known)) {
    run.info('Going on with the first load that was interrupted.');
    return firstLoad(run, known, start);
  }
  run.info('The first load was interrupted; beginning it again.');
  return reload(run, known);
}

/** A tracked read that was interrupted is not gone on with after this long. Milliseconds. */
const cookieLife = 86_400_000;

/**
 * True for a tracked read that began too long ago: rows deleted since then are in its delta only while the service
 * remembers them, and the date in the token it would end with says nothing about its beginning.
 */
function isStale(run: StreamRun, { load, keySet }: Checkpoint): boolean {
  return load?.kind === 'tracked' && run.startedAt.getTime() - Number(keySet ?? 0) > cookieLife;
}

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
  interrupted: Checkpoint | undefined,
  start: Instant | undefined,
): Promise<Outcome> {
  const small = run.estimate !== undefined && run.estimate <= run.options.settings.smallTableRows;
  const base = {
    ...freshCheckpoint('change_tracking'),
    version: interrupted === undefined ? versionFor(run) : interrupted.version,
    keySet: interrupted?.keySet ?? newKeySet(run, undefined),
    anchor: interrupted ? interrupted.anchor : start === undefined ? undefined : formatInstant(start),
  };
  run.reader.setVersion(base.version);
  const keys = await keySetOf(run, base.keySet);
  if (interrupted?.token !== undefined)
    return loadThenDrain(run, { ...base, token: interrupted.token }, interrupted);
  if (interrupted === undefined) await keys?.clear();
  if (interrupted === undefined && !small)
    return loadThenDrain(run, { ...base, token: await scanKeys(run, keys) }, undefined);
  // Rows arrive before there is a cookie to go on from: the state written now names the keys that are sent, so that an
  // attempt that begins again finds those that are deleted until then.
  if (interrupted === undefined) await run.checkpoint(base);
  const resume = interrupted?.load?.kind === 'tracked' ? interrupted.load.skipToken : undefined;
  const token = await trackedRead(run, base, resume, keys, start);
  // The token is of the time when the read began, in an earlier run: what changed until this one is not left to the next.
  if (resume === undefined) return finish(run, base, token);
  return finish(run, base, await drain(run, loadedUntil(base, token), token, keys));
}

async function loadThenDrain(
  run: StreamRun,
  base: Omit<Checkpoint, 'records'> & { readonly token: string },
  resume: Checkpoint | undefined,
): Promise<Outcome> {
  const column = parallelColumn(run);
  const start = base.anchor === undefined ? undefined : parseInstant(base.anchor);
  const keys = await keySetOf(run, base.keySet);
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
      // Rows may have been made since the keys were scanned.
      keys,
    },
    resume?.load,
    (load) => run.checkpoint({ ...base, load }),
  );
  const token = await drain(run, loadedUntil(base, base.token), base.token, keys);
  // The keys of the scan, those of the rows, and those of what changed meanwhile are mostly the same.
  await keys?.compact(0);
  return finish(run, base, token);
}

/**
 * A load that has all rows, and not yet what changed since the token. It is still a load: a run that goes on from here
 * has to tell that it is over, so that the target activates its version.
 */
function loadedUntil(base: Omit<Checkpoint, 'records'>, token: string): Omit<Checkpoint, 'records'> {
  return { ...base, token, load: { kind: 'ranges', column: 'createdon', remaining: [], nulls: false } };
}

async function readSince(run: StreamRun, from: Checkpoint, token: string): Promise<Outcome> {
  run.reader.setVersion(from.version);
  const keys = await keySetOf(run, from.keySet, true);
  const kept = await keys?.size();
  const next = await drain(run, from, token, keys);
  await keys?.compact(kept ?? 0);
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
  const keySet = newKeySet(run, from.keySet);
  const now = await keySetOf(run, keySet);
  await now?.clear();
  const token = await scanKeys(run, now);
  if (now && version === undefined) await writeVanished(run, before, now);
  // In an environment that was restored, what the destination has of a row may be newer than the anchor, and what is left
  // of the row older.
  const restored = from.token !== undefined && wentBack(from.token, token);
  const anchor = restored ? undefined : from.anchor;
  const base = { ...freshCheckpoint('change_tracking'), anchor, version, keySet, token };
  return loadThenDrain(run, base, undefined);
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
