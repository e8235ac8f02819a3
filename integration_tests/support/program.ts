import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The built executables. */
export type Bin = 'tap-dynamics365' | 'source-dynamics365' | 'dataverse-simulator';

/** What a run of an executable left. `code` is null when a signal ended it. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of stdout, parsed; throws on one that is no JSON object. */
  messages(): readonly Message[];
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of many shapes, and a wrong shape fails the test.
export type Message = Record<string, any>;

/** How to run an executable. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Throw stdout away: large tables. */
  readonly discard?: boolean;
  /** Called with each piece of stdout; may end the process: kill -9 after a state, SIGTERM in the middle. */
  readonly onStdout?: (text: string, child: ChildProcess) => void;
}

/** Runs a built executable to its end. */
export function run(bin: Bin, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'dist', 'bin', `${bin}.js`), ...args], {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.discard ? 'ignore' : 'pipe', 'pipe'],
    });
    const out: string[] = [];
    const err: string[] = [];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out.push(text);
      options.onStdout?.(text, child);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const stdout = out.join('');
      resolve({ code, signal, stdout, stderr: err.join(''), messages: () => messagesOf(stdout) });
    });
  });
}

/** The whole lines of a stream of messages; a last line that was cut off by a kill is left out. */
export function messagesOf(stdout: string): readonly Message[] {
  return stdout
    .slice(0, stdout.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Message);
}

/** A folder of a test's own, removed by `close`. `write` puts a JSON file there and returns its path. */
export interface Scratch {
  readonly folder: string;
  write(name: string, content: unknown): string;
  close(): void;
}

/** Makes a scratch folder. */
export function createScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'tap-dynamics365-test-'));
  return {
    folder,
    write(name, content) {
      const path = join(folder, name);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
