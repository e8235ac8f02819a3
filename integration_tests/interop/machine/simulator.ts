import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const bin = join(import.meta.dirname, '..', '..', '..', 'dist', 'bin', 'dataverse-simulator.js');

/** A running `dataverse-simulator`. */
export interface Environment {
  /** The connection settings of the connector. */
  readonly config: Readonly<Record<string, string>>;
  /** Environment variables with which the connector trusts the simulator's certificate. */
  readonly trust: Readonly<Record<string, string>>;
  /** Calls the control surface. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts the built simulator as a user would, and waits until it says that it is ready. */
export async function startSimulator(...args: readonly string[]): Promise<Environment> {
  const server = spawn(process.execPath, [bin, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(server, 'exit').then(() => [undefined]),
  ])) as [string | undefined];
  if (line === undefined) throw new Error('dataverse-simulator ended before it was ready');
  const { control_url, ca_file, ...config } = JSON.parse(line) as Record<string, string>;
  return {
    config,
    trust: { NODE_EXTRA_CA_CERTS: ca_file ?? '' },
    control: async (method, path, body) => {
      const answer = await fetch(`${control_url}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text;
    },
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}
