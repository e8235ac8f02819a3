import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const hook = pathToFileURL(join(import.meta.dirname, 'usage-hook.mjs')).href;

/**
 * Runs a Node program to its end and measures the whole process.
 *
 * @param {readonly string[]} args of node: a script and its words, flags before it
 * @param {{ env?: Record<string, string>, into?: string, output?: string }} [options]
 *   `into`: a shell command that reads the output (the pipe is a real one); `output`: a file for it. Default: thrown away.
 * @returns {Promise<Usage>} seconds of wall and CPU, bytes at the peak
 * @typedef {{ seconds: number, cpuSeconds: number, systemSeconds: number, peakBytes: number, stderr: string }} Usage
 */
export async function measure(args, { env = {}, into, output = devNull } = {}) {
  const node = ['--import', hook, ...args];
  return measureCommand((folder) => {
    const variables = { ...process.env, ...env, BENCH_USAGE: join(folder, 'usage.json') };
    if (into === undefined) return { command: process.execPath, words: node, env: variables, output };
    const words = ['-c', `"$0" "$@" | ${into}`, process.execPath, ...node];
    return { command: 'sh', words, env: variables, output };
  });
}

/**
 * The same for any program that leaves what it used in the file that BENCH_USAGE names, as usage-hook.mjs does.
 *
 * @param {(folder: string) => { command: string, words: readonly string[], env: NodeJS.ProcessEnv, output: string }} prepare
 */
export async function measureCommand(prepare) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const { command, words, env, output } = prepare(folder);
    const errors = join(folder, 'stderr');
    const stdout = openSync(output, 'w');
    const stderr = openSync(errors, 'w');
    const from = performance.now();
    const child = spawn(command, words, { env, stdio: ['ignore', stdout, stderr] });
    closeSync(stdout);
    closeSync(stderr);
    const [code] = await once(child, 'exit');
    const seconds = (performance.now() - from) / 1000;
    const usage = JSON.parse(readFileSync(join(folder, 'usage.json'), 'utf8'));
    if (code !== 0 || usage.exitCode !== 0) throw new Error(failure(command, words, code, errors));
    return {
      seconds,
      cpuSeconds: usage.userSeconds + usage.systemSeconds,
      systemSeconds: usage.systemSeconds,
      peakBytes: usage.peakBytes,
      stderr: readFileSync(errors, 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failure(command, words, code, errors) {
  return `${command} ${words.join(' ')}\nended with ${code}:\n${readFileSync(errors, 'utf8').slice(-4000)}`;
}
