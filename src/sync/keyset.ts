import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '../core/errors.ts';

/** Bytes of a key: a GUID, its hex digits in the order they are written. */
const keyBytes = 16;

/** Sets are gone through in passes, each with the keys of one share of the space: so many at once, to bound memory. */
const keysAtOnce = 250_000;

/**
 * Keys that the destination may have, on disk: 16 bytes a key, appended, repeats allowed. It may hold more than the
 * destination (a tombstone for a row that was never sent does no harm), never less.
 */
export interface KeySet {
  readonly path: string;
  /** False when nothing was kept before: then vanished rows can't be told. */
  exists(): Promise<boolean>;
  /** Empties the set. */
  clear(): Promise<void>;
  /** Adds keys, 16 bytes each. */
  add(keys: Buffer): Promise<void>;
  /** Keys in it, repeats counted. */
  size(): Promise<number>;
  /**
   * Removes repeats if the set has grown past a power of two since it had `before` keys: then it seldom has to be done,
   * and rows that change every day do not make it grow for ever. What is in the set stays the same, whenever this ends.
   */
  compact(before: number): Promise<void>;
}

/** The key set in a file. Failures (a full disk, no permission) are `transient` errors that name the file and the setting. */
function keySetAt(path: string): KeySet {
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw new ConnectorError(
        'transient',
        `The key set ${path} cannot be written: ${cause instanceof Error ? cause.message : cause}. Free space there, set key_set_directory to another folder, or switch it off with reconcile_deletes: false.`,
        { cause },
      );
    }
  };
  const size = async (): Promise<number> =>
    stat(path).then(
      (file) => Math.floor(file.size / keyBytes),
      () => 0,
    );
  let last: Promise<unknown> = Promise.resolve();
  /** Workers add side by side: one must not take what another is writing for a rest to be cut off. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    path,
    size,
    async compact(before) {
      if (Math.floor(Math.log2(await size())) > Math.floor(Math.log2(before)))
        await guard(removeRepeats(path, await size()));
    },
    exists: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    clear: () => guard(writeFile(path, '')),
    add: (keys) => (keys.length === 0 ? Promise.resolve() : guard(inTurn(() => append(path, keys)))),
  };
}

/** Adds keys behind whole keys: a write that found the disk full, or was killed, may have left a part of one. */
async function append(path: string, keys: Buffer): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size % keyBytes !== 0) await truncate(path, size - (size % keyBytes));
  await appendFile(path, keys);
}

/**
 * The key sets of one stream. Each full load fills a new one, whose name goes into the state: the set that belongs to a
 * state is thus still there when a run starts again from it, however much came after.
 */
export interface KeySets {
  named(name: string): KeySet;
  /** Removes the sets that are older than the named one. */
  sweep(name: string): Promise<void>;
}

/** Where keys are kept unless the configuration says: a folder for each user, since nobody else may read what is in it. */
function defaultDirectory(): string {
  return join(tmpdir(), `tap-dynamics365-keys-${process.getuid?.() ?? 'user'}`);
}

/**
 * Opens the folder for a stream's key sets, and makes it if need be. When it can't, throws a `config` error; undefined
 * where nobody chose the folder: a container may have no place to write, and can do without.
 */
export async function openKeySets(
  directory: string | undefined,
  environment: string,
  stream: string,
): Promise<KeySets | undefined> {
  const folder = join(directory ?? defaultDirectory(), environment.replace(/[^a-z0-9.-]/gi, '_'));
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (directory === undefined) return undefined;
    throw new ConnectorError(
      'config',
      `The folder ${folder} for key sets cannot be made. Set key_set_directory to a writable folder, or reconcile_deletes to false.`,
      { cause },
    );
  }
  return {
    named: (name) => keySetAt(join(folder, `${stream}.${name}.keys`)),
    async sweep(name) {
      for (const file of await readdir(folder)) {
        const [of, generation, end] = file.split('.');
        if (of === stream && end === 'keys' && Number(generation) < Number(name))
          await rm(join(folder, file), { force: true });
      }
    },
  };
}

/** Writes the distinct keys beside the file, then puts them in its place at once. */
async function removeRepeats(path: string, size: number): Promise<void> {
  const distinct = `${path}.new`;
  await writeFile(distinct, '');
  const passes = passesFor(size);
  for (let pass = 0; pass < passes; pass += 1) {
    const keys = new Set<string>();
    for await (const key of keysOf(path, pass, passes)) keys.add(key);
    await appendFile(distinct, Buffer.from([...keys].join(''), 'latin1'));
  }
  await rename(distinct, path);
}

/** Ids that are in `before` and not in `now`, in batches of at most 5,000, each once. */
export async function* vanished(before: KeySet, now: KeySet): AsyncGenerator<readonly string[]> {
  const passes = passesFor(Math.max(await before.size(), await now.size()));
  for (let pass = 0; pass < passes; pass += 1) {
    const present = new Set<string>();
    for await (const key of keysOf(now.path, pass, passes)) present.add(key);
    const gone = new Set<string>();
    for await (const key of keysOf(before.path, pass, passes)) if (!present.has(key)) gone.add(key);
    const ids = [...gone].map((key) => guidAt(Buffer.from(key, 'latin1'), 0));
    for (let from = 0; from < ids.length; from += 5000) yield ids.slice(from, from + 5000);
  }
}

function passesFor(keys: number): number {
  return Math.max(1, Math.ceil(keys / keysAtOnce));
}

/** Keys of one share of the space. The last byte decides: sequential GUIDs differ there least evenly at the front. */
async function* keysOf(path: string, pass: number, passes: number): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % keyBytes);
    for (let at = 0; at < whole; at += keyBytes) {
      if (shareOf(bytes, at) % passes === pass) yield bytes.toString('latin1', at, at + keyBytes);
    }
    rest = Buffer.from(bytes.subarray(whole));
  }
}

/** A number of 16 bits made of a key. */
function shareOf(bytes: Buffer, at: number): number {
  const mixed = (place: number): number =>
    (bytes[at + place] ?? 0) ^ (bytes[at + place + 4] ?? 0) ^ (bytes[at + place + 12] ?? 0);
  return mixed(3) + 256 * mixed(2);
}

/** The canonical text of the key whose 16 bytes begin at `at`. */
export function guidAt(keys: Buffer, at: number): string {
  const hex = keys.toString('hex', at, at + keyBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
