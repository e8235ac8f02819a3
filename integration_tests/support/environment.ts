import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { createScratch, type Finished, type RunOptions, run, type Scratch } from './program.ts';

/** A simulated environment, a configuration for it, and the executables run against it. */
export interface Environment {
  readonly simulator: Simulator;
  readonly scratch: Scratch;
  /** Path of a configuration file; `more` overrides its settings. */
  config(more?: Readonly<Record<string, unknown>>): string;
  tap(args: readonly string[], options?: RunOptions): Promise<Finished>;
  source(args: readonly string[], options?: RunOptions): Promise<Finished>;
  close(): Promise<void>;
}

/** Starts a simulator with these tables and rows. */
export async function startEnvironment(options: SimulatorOptions): Promise<Environment> {
  const simulator = await startSimulator(options);
  const scratch = createScratch();
  const { environment_url, authority_host, tenant_id, client_id, client_secret, ca_file } = simulator.ready;
  const env = { NODE_EXTRA_CA_CERTS: ca_file };
  let configs = 0;
  const withTrust = (given: RunOptions = {}): RunOptions => ({ ...given, env: { ...env, ...given.env } });
  return {
    simulator,
    scratch,
    config(more = {}) {
      configs += 1;
      return scratch.write(`config-${configs}.json`, {
        environment_url,
        authority_host,
        tenant_id,
        client_id,
        client_secret,
        anchor_date: '2000-01-01T00:00:00Z',
        requests_per_second: 200,
        key_set_directory: scratch.folder,
        ...more,
      });
    },
    tap: (args, given) => run('tap-dynamics365', args, withTrust(given)),
    source: (args, given) => run('source-dynamics365', args, withTrust(given)),
    async close() {
      await simulator.close();
      scratch.close();
    },
  };
}

/** Rows of a table as the simulator holds them now, by key. */
export function truthOf(
  { simulator }: Environment,
  table: string,
  key: string,
): ReadonlyMap<string, Record<string, unknown>> {
  const rows = [...simulator.control.rows(table)].map((text) => JSON.parse(text) as Record<string, unknown>);
  return new Map(rows.map((row) => [String(row[key]), row]));
}
