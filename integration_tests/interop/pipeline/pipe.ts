import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** A program with its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** What `tap | target` left behind. `messages` is the file with everything the tap wrote to the pipe. */
export interface PipeRun {
  readonly tapExit: number;
  readonly targetExit: number;
  readonly messages: string;
  /** The states the target printed, one a line, as Meltano would save them. */
  readonly states: readonly string[];
  readonly tapLog: string;
  readonly targetLog: string;
}

/** `$TAP | tee | $TARGET` with the shell's own pipes; the exit codes of both ends come back through a file. */
const script = `
  "\${TAP[@]}" 2>"$folder/tap.log" | tee "$folder/messages.jsonl" | "\${TARGET[@]}" 2>"$folder/target.log"
  echo "\${PIPESTATUS[0]} \${PIPESTATUS[2]}" >"$folder/exits"
`;

/** Runs a tap into a target, as `tap | target` in a shell does, and waits for both. `folder` is made and filled. */
export async function pipe(
  tap: Command,
  target: Command,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PipeRun> {
  mkdirSync(folder, { recursive: true });
  const arrays = `TAP=(${tap.map(quoted).join(' ')}); TARGET=(${target.map(quoted).join(' ')}); folder=${quoted(folder)}`;
  const shell = spawn('bash', ['-c', `${arrays}${script}`], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = createWriteStream(join(folder, 'states.jsonl'));
  shell.stdout.pipe(printed);
  await Promise.all([once(shell, 'close'), finished(printed)]);

  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const [tapExit = Number.NaN, targetExit = Number.NaN] = read('exits').trim().split(' ').map(Number);
  return {
    tapExit,
    targetExit,
    messages: join(folder, 'messages.jsonl'),
    states: read('states.jsonl').split('\n').filter(Boolean),
    tapLog: read('tap.log'),
    targetLog: read('target.log'),
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
