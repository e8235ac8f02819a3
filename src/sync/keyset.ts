import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '../core/errors.ts';

/** Bytes of a key: a GUID, its hex digits in the order they are written. */
const keyBytes = 16;

/** A difference is taken in this many passes, each with the keys of one share of the space, to bound memory. */
const passes = 16;

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
  return {
    path,
    exists: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    clear: () => guard(writeFile(path, '')),
    add: (keys) => (keys.length === 0 ? Promise.resolve() : guard(append(path, keys))),
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

/** Ids that are in `before` and not in `now`, in batches of at most 5,000, each once. */
export async function* vanished(before: KeySet, now: KeySet): AsyncGenerator<readonly string[]> {
  for (let pass = 0; pass < passes; pass += 1) {
    const present = new Set<string>();
    for await (const key of keysOf(now, pass)) present.add(key);
    const gone = new Set<string>();
    for await (const key of keysOf(before, pass)) if (!present.has(key)) gone.add(key);
    const ids = [...gone].map((key) => guidAt(Buffer.from(key, 'latin1'), 0));
    for (let from = 0; from < ids.length; from += 5000) yield ids.slice(from, from + 5000);
  }
}

/** Keys of one share of the space. The last byte decides: sequential GUIDs differ there least evenly at the front. */
async function* keysOf(set: KeySet, pass: number): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(set.path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % keyBytes);
    for (let at = 0; at < whole; at += keyBytes) {
      if (shareOf(bytes, at) === pass) yield bytes.toString('latin1', at, at + keyBytes);
    }
    rest = Buffer.from(bytes.subarray(whole));
  }
}

function shareOf(bytes: Buffer, at: number): number {
  return ((bytes[at + 3] ?? 0) ^ (bytes[at + 7] ?? 0) ^ (bytes[at + 15] ?? 0)) % passes;
}

/** The canonical text of the key whose 16 bytes begin at `at`. */
export function guidAt(keys: Buffer, at: number): string {
  const hex = keys.toString('hex', at, at + keyBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
