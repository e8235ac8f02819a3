// Near the limit of the container's memory, a run ends with what it has earned, and says so, before the kernel ends it.
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectAll } from '../support/catalog.ts';
import { createDestination, stateAfter } from '../support/destination.ts';
import { type Environment, startEnvironment, truthOf } from '../support/environment.ts';
import type { Message, RunOptions } from '../support/program.ts';
import { protocols } from '../support/ways.ts';

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 2, accounts: 60 } });
});
afterEach(() => environment.close());

const limit = 2 ** 30;

/** What the kernel says of this much memory in use. */
function use(megabytes: number): void {
  const { scratch } = environment;
  const bytes = megabytes * 2 ** 20;
  scratch.write('memory.max', String(limit));
  scratch.write('memory.stat', `anon ${bytes}\nfile 1\n`);
  scratch.write('memory.current', String(bytes));
}

/** Lets the program find the kernel's files in the scratch folder: a container of its own cannot be had everywhere. */
function inContainer(): RunOptions {
  const preload = environment.scratch.write(
    'container.mjs',
    `import fs from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     const read = fs.readFileSync;
     const here = (path) => String(path).replace('/sys/fs/cgroup', ${JSON.stringify(environment.scratch.folder)});
     fs.readFileSync = (path, ...more) => read(typeof path === 'string' ? here(path) : path, ...more);
     syncBuiltinESMExports();`,
  );
  return { env: { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` } };
}

describe('a run whose container runs out of memory', () => {
  it.each(protocols)('ends with its states, says why, fails, and goes on next time: %s', async (protocol) => {
    const { simulator, scratch } = environment;
    const settings = {
      tables: ['accounts', 'leads'],
      page_size: 10,
      max_concurrency: 1,
      incremental_strategy: 'modifiedon',
    };
    const config = environment.config(settings);
    const run = protocol === 'singer' ? environment.tap : environment.source;
    const { stdout } = await run(['discover', '--config', config]);
    const lines = protocol === 'singer' ? [stdout] : stdout.trim().split('\n');
    const found = JSON.parse(lines.at(-1) ?? '');
    const catalog = scratch.write('catalog.json', selectAll(protocol, found.catalog ?? found, false));
    const args = ['read', '--config', config, '--catalog', catalog];
    const destination = createDestination({ accounts: 'accountid', leads: 'leadid' });

    // The third page never comes; by then, memory has run out.
    simulator.control.addFault({ on: 'accounts', kind: 'stall_before_headers', after: 2, times: 'always' });
    simulator.control.changeUser({ read: { '*': 'Global', lead: 'None' } });
    use(500);
    let seen = '';
    const stopped = await run(args, {
      ...inContainer(),
      onStdout: (text) => {
        seen += text;
        if (seen.includes('"RECORD"')) use(1_010);
      },
    });
    expect(stopped.code).toBe(1);
    const all = stopped.messages();
    const said =
      protocol === 'singer'
        ? (stopped.stderr.match(/^CRITICAL .*/m)?.[0] ?? '')
        : all.findLast(({ type, trace }) => type === 'TRACE' && trace.type === 'ERROR')?.['trace'].error
            .message;
    expect(said).toMatch(/memory is nearly full \(1010 of 1024 MB\).*page_size.*goes on from the last state/);
    const last = (kind: string) => all.findLastIndex(({ type }) => type === kind);
    expect(last('RECORD')).toBeGreaterThan(0);
    expect(last('STATE')).toBeGreaterThan(last('RECORD'));

    // Whatever else failed, the platform is to try again: it looks at the earliest trace.
    const failures = all.filter(({ type, trace }) => type === 'TRACE' && trace.type === 'ERROR');
    const at = ({ trace }: Message): number => trace.emitted_at;
    const [earliest] = failures.sort((a, b) => at(a) - at(b));
    expect(earliest?.['trace'].error.failure_type).toBe(
      protocol === 'airbyte' ? 'transient_error' : undefined,
    );

    simulator.control.clearFaults();
    simulator.control.changeUser({ read: { '*': 'Global' } });
    destination.apply(all);
    use(500);
    const state = scratch.write('state.json', stateAfter(undefined, all, protocol));
    const resumed = await run([...args, '--state', state], inContainer());
    expect(resumed.code).toBe(0);
    destination.apply(resumed.messages());
    expect(new Set(destination.rows('accounts').keys())).toEqual(
      new Set(truthOf(environment, 'account', 'accountid').keys()),
    );
    // What was earned before is not read again, but for the moment at the seam.
    expect(destination.received).toBeLessThan(2 * destination.rows('accounts').size);
  });
});
