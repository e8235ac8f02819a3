import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..');

/** Path of a built program of this package. */
export const program = (name) => join(root, 'dist', 'bin', `${name}.js`);

/**
 * Starts the simulator, and makes a folder for configurations.
 *
 * @param {readonly string[]} words of its command line
 */
export async function startSimulator(words) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-simulator-'));
  const child = spawn(process.execPath, [program('dataverse-simulator'), '--port', '0', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    ended.then(([code]) =>
      Promise.reject(new Error(`The simulator ended with ${code} before it was ready.`)),
    ),
  ]);
  const ready = withScheme(JSON.parse(line));
  let files = 0;
  return {
    ready,
    /** Variables of a program that talks to it. */
    env: { NODE_EXTRA_CA_CERTS: ready.ca_file },
    folder,
    /** Writes a configuration of the connector; limits are off unless `settings` says otherwise. */
    config(settings) {
      const { environment_url, authority_host, tenant_id, client_id, client_secret } = ready;
      return this.file({
        environment_url,
        authority_host,
        tenant_id,
        client_id,
        client_secret,
        requests_per_second: 100_000,
        ...settings,
      });
    },
    /** Writes JSON to a file of its own. */
    file(content) {
      files += 1;
      const path = join(folder, `${files}.json`);
      writeFileSync(path, JSON.stringify(content));
      return path;
    },
    async stop() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The environment's address as a URL: it may be told as a bare host. */
function withScheme(ready) {
  const { environment_url: address } = ready;
  return { ...ready, environment_url: address.includes('://') ? address : `https://${address}` };
}
