import type { Time } from './clock.ts';
import { type LimitChanges, limitsSchema } from './limits/settings.ts';
import type { Scenario } from './scenario/types.ts';
import type { Module } from './schema/types.ts';
import { problemsWith } from './validate.ts';

/** How to start a simulator; everything has a default. What describes the environment is a scenario's. */
export interface SimulatorOptions extends Omit<Scenario, 'description' | 'now'> {
  /** Port of the Dataverse and sign-in service on 127.0.0.1; 0 (default) takes a free one. */
  readonly port?: number;
  /** Port of the control surface on 127.0.0.1; 0 (default) takes a free one. */
  readonly controlPort?: number;
  /** Keep compressed pages and serve them again, so that the simulator is no bottleneck. */
  readonly prebuilt?: boolean;
  /** Milliseconds that every Dataverse answer waits, or as long as the cost model says. Default 0. */
  readonly latency?: number | 'modelled';
  /** Where time comes from, for tests that simulate time altogether; default: the machine's clock. */
  readonly time?: Time;
  /** Start of the virtual clock, epoch milliseconds; default: now. */
  readonly now?: number;
  /** PEM of the certificate that the client signs its assertions with. */
  readonly clientCertificate?: string;
}

const modules: readonly Module[] = ['sales', 'service', 'marketing'];

/** Reads `accounts=100000,contacts=2000`. */
export function parseRows(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').map((entry) => {
      const [name = '', count = ''] = entry.split('=');
      if (name.trim() === '' || !/^\d+$/.test(count.trim())) {
        throw new Error(`--rows: "${entry}" is not of the form table=number`);
      }
      return [name.trim(), Number(count)];
    }),
  );
}

/** Reads `sales,service,marketing`. */
export function parseModules(text: string): Module[] {
  return text.split(',').map((entry) => {
    const found = modules.find((module) => module === entry.trim());
    if (found === undefined) throw new Error(`--without: "${entry}" is none of ${modules.join(', ')}`);
    return found;
  });
}

/** Reads `250` or `modelled`; a bare `--latency` means the model. */
export function parseLatency(text: string): number | 'modelled' {
  if (text === 'modelled' || text === '') return 'modelled';
  if (!/^\d+$/.test(text)) throw new Error(`--latency: "${text}" is neither milliseconds nor "modelled"`);
  return Number(text);
}

/** Reads `off`, or `requests=100,servers=2`: names and values as the control surface takes them. */
export function parseLimits(text: string): LimitChanges {
  if (text === 'off') return { enforced: false };
  const changes = Object.fromEntries(
    text.split(',').map((entry) => {
      const [name = '', value = ''] = entry.split('=').map((part) => part.trim());
      return [name, readSetting(value)];
    }),
  );
  const problems = problemsWith(changes, limitsSchema, 'limits');
  if (problems.length > 0) throw new Error(`--${problems.join('; ')}`);
  return changes;
}

function readSetting(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
