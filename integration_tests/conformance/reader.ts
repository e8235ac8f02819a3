import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Environment } from '../support/environment.ts';
import type { Bin } from '../support/program.ts';

const dist = join(import.meta.dirname, '..', '..', 'dist', 'bin');

/** Path of a built executable. */
function pathOf(bin: Bin): string {
  return join(dist, `${bin}.js`);
}

/** How a program ended that wrote into a FIFO. */
export interface Piped {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Milliseconds from the start. */
  readonly took: number;
}

/**
 * Runs a program that writes into a FIFO, and reads there as slowly or as little as `read` does. A FIFO holds 64 KiB: whoever
 * writes more waits for the reader. (Node gives its children sockets for pipes, which behave otherwise.)
 */
export async function throughFifo(
  environment: Environment,
  bin: Bin,
  args: readonly string[],
  read: (output: AsyncIterable<Buffer>, child: ChildProcess) => Promise<void>,
): Promise<Piped> {
  const fifo = join(environment.scratch.folder, `fifo-${crypto.randomUUID()}`);
  execFileSync('mkfifo', [fifo]);
  const startedAt = Date.now();
  const child = spawn('sh', ['-c', 'exec "$0" "$@" > "$FIFO"', process.execPath, pathOf(bin), ...args], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: environment.simulator.ready.ca_file, FIFO: fifo },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const ended = once(child, 'close');
  await read(createReadStream(fifo, { highWaterMark: 16_384 }), child);
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return { code, signal, stderr: Buffer.concat(errors).toString(), took: Date.now() - startedAt };
}

/** Reads everything, a piece a turn of the event loop. */
export async function slowly(output: AsyncIterable<Buffer>, piece: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of output) {
    piece(chunk);
    await turn();
  }
}
