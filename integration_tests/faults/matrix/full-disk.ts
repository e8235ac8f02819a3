import {
  appendFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/** Every key set below a folder. */
export function keySetsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.keys'))
    .map((name) => join(folder, name));
}

/** No key fits on the disk any more: each key set leads to the device that is always full (ENOSPC). */
export function fillDisk(folder: string): void {
  for (const path of keySetsIn(folder)) {
    if (lstatSync(path).isSymbolicLink()) continue;
    renameSync(path, `${path}.aside`);
    symlinkSync('/dev/full', path);
  }
}

/** Makes room again. Each key set ends in a part of a key, as the write leaves it that finds the disk full. */
export function emptyDisk(folder: string): void {
  for (const path of keySetsIn(folder)) {
    if (!existsSync(`${path}.aside`)) continue;
    unlinkSync(path);
    renameSync(`${path}.aside`, path);
    appendFileSync(path, Buffer.alloc(7, 0xee));
  }
}
