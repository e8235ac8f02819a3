import { readFile } from 'node:fs/promises';
import { ConnectorError } from '../core/errors.ts';

/** The text of a file that the command line names. `what` is how messages call it: "catalog", "state". Throws `config` errors. */
export async function readTextFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `it cannot be read (${code})`;
    throw new ConnectorError(
      'config',
      `The ${what} file ${path}: ${why}. Check the path given to --${what}.`,
      { cause },
    );
  }
}

/** The JSON of a file that the command line names. */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  const text = await readTextFile(path, what);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const why = text.trim() === '' ? 'it is empty' : 'it is not valid JSON';
    throw new ConnectorError('config', `The ${what} file ${path}: ${why}.`, { cause });
  }
}
