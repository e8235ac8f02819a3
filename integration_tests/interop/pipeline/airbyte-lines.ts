import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { program } from '../machine/provided.ts';

const validator = join(import.meta.dirname, '..', 'python', 'validate_airbyte.py');

/** What Airbyte's own models say about lines of output. */
export interface Verdict {
  readonly lines: number;
  /** How many messages there were of each type. */
  readonly types: Readonly<Record<string, number>>;
  /** The first lines that are no messages, with the reason. */
  readonly problems: readonly string[];
}

/** Validates every line of the output of an Airbyte command. */
export async function validated(stdout: string): Promise<Verdict> {
  const python = spawn(program('airbyte-models', 'python'), [validator], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  python.stdin.end(stdout);
  const [answer] = await Promise.all([text(python.stdout), once(python, 'close')]);
  return JSON.parse(answer) as Verdict;
}
