import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/faults/types.ts';
import { createConnector } from '../support/connector.ts';
import { createDestination, stateAfter } from '../support/destination.ts';
import { type Environment, startEnvironment, truthOf } from '../support/environment.ts';
import type { Finished } from '../support/program.ts';
import { type ProtocolName, protocols } from '../support/ways.ts';

// SIGTERM while the service lets the program wait: it does not wait for the service.

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 1, accounts: 60 } });
});
afterEach(() => environment.close());

/** What the third page of the table meets with. */
const waits: readonly (readonly [name: string, fault: Fault])[] = [
  [
    'an answer that does not begin',
    { on: 'accounts', after: 4, times: 'always', kind: 'stall_before_headers' },
  ],
  ['an answer that does not go on', { on: 'accounts', after: 4, times: 'always', kind: 'stall_mid_body' }],
  [
    'an answer that comes slowly',
    { on: 'accounts', after: 4, times: 'always', kind: 'slow_body', bytesPerSecond: 50 },
  ],
  [
    'a pause of five minutes',
    {
      on: 'accounts',
      after: 4,
      times: 'always',
      kind: 'status',
      status: 429,
      code: '0x80072322',
      retryAfter: 300,
    },
  ],
];
const cases = waits.map(([name, fault], n) => [name, protocols[n % 2] ?? 'singer', fault] as const);

describe('SIGTERM during', () => {
  it.each(cases)(
    '%s ends a run in two seconds, with a state from which the next one goes on: %s [A8, S10]',
    async (_, protocol, fault) => {
      const { simulator, scratch } = environment;
      const config = environment.config({
        tables: ['accounts'],
        page_size: 10,
        max_concurrency: 1,
        incremental_strategy: 'modifiedon',
      });
      const catalog = scratch.write('catalog.json', await catalogOf(protocol));
      const read = (more: readonly string[], onState?: (kill: () => void) => void): Promise<Finished> => {
        const run = protocol === 'singer' ? environment.tap : environment.source;
        let seen = '';
        return run(['read', '--config', config, '--catalog', catalog, ...more], {
          onStdout(text, child) {
            seen += text;
            // A STATE that follows rows: the next page, or the one after it, is the one that does not come.
            if (/"type":"RECORD".*"type":"STATE"/s.test(seen)) onState?.(() => child.kill('SIGTERM'));
          },
        });
      };
      const destination = createDestination({ accounts: 'accountid' });
      const struck = (): boolean => simulator.control.faults().some(({ strikes }) => strikes > 0);
      let stoppedAt = 0;

      simulator.control.addFault(fault);
      const stopped = await read([], (kill) => {
        const stop = (): void => {
          if (!struck()) return void setImmediate(stop);
          stoppedAt = Date.now();
          kill();
        };
        if (stoppedAt === 0) stop();
      });
      expect(Date.now() - stoppedAt).toBeLessThan(2000);
      expect(stopped.code).toBe(protocol === 'singer' ? 0 : 143);
      destination.apply(stopped.messages());
      expect(destination.rows('accounts').size).toBeLessThan(60);

      simulator.control.clearFaults();
      const state = stateAfter(undefined, stopped.messages(), protocol);
      const rest = await read(['--state', scratch.write('state.json', state)]);
      expect(rest.code).toBe(0);
      destination.apply(rest.messages());
      expect(new Set(destination.rows('accounts').keys())).toEqual(
        new Set(truthOf(environment, 'account', 'accountid').keys()),
      );
    },
  );
});

async function catalogOf(protocol: ProtocolName) {
  const connector = createConnector(environment.simulator);
  try {
    return await connector.catalog(['accounts'], { protocol, full: false });
  } finally {
    await connector.close();
  }
}
