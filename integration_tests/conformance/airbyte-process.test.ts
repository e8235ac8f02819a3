// How the source behaves as a process, as the Airbyte platform and PyAirbyte call it (docs/airbyte.md, 1 to 10, 67).
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAirbyteOutput } from '../../src/protocol/airbyte/testing/check-line.testing.ts';
import { type Environment, startEnvironment, truthOf } from '../support/environment.ts';
import { type Finished, type Message, messagesOf } from '../support/program.ts';
import { configured, discoveredStreams, eventsOf, lastStates } from './airbyte.ts';
import { slowly, throughFifo } from './reader.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 3, accounts: 60 } });
});
afterAll(() => environment.close());

/** The output's messages, each checked against the protocol. */
const messagesIn = ({ stdout }: Finished): readonly Message[] => checkAirbyteOutput(stdout);
const recordsIn = (messages: readonly Message[]): readonly Message[] =>
  messages.filter(({ type }) => type === 'RECORD').map(({ record }) => record);

async function catalogOf(tables: readonly string[]): Promise<object> {
  const discovered = await environment.source(['discover', '--config', environment.config({ tables })]);
  return configured(discoveredStreams(messagesIn(discovered)));
}

/** A file as the caller leaves it: its own name, and read-only. */
function readOnly(name: string, content: unknown): string {
  const path = environment.scratch.write(name, content);
  chmodSync(path, 0o444);
  return path;
}

describe("PyAirbyte's calls", () => {
  it('work with read-only .txt files, an empty state and any working directory, and say nothing on stderr [A1, A3, A4, A17, A67]', async () => {
    const config = environment.config({ tables: ['teams'] });
    const call = (...args: readonly string[]) => environment.source(args, { cwd: tmpdir() });
    const [spec, check, discover] = await Promise.all([
      call('spec'),
      call('check', '--config', config),
      call('discover', '--config', config),
    ]);
    expect(messagesIn(spec).map(({ type }) => type)).toEqual(['SPEC']);
    const results = messagesIn(check).filter(({ type }) => type !== 'LOG');
    expect(results).toMatchObject([{ connectionStatus: { status: 'SUCCEEDED' } }]);
    expect(messagesIn(discover).map(({ type }) => type)).toEqual(['CATALOG']);

    const catalog = readOnly('catalog.txt', configured(discoveredStreams(messagesIn(discover))));
    const read = await call(
      'read',
      '--config',
      config,
      '--catalog',
      catalog,
      '--state',
      readOnly('state.txt', '[]'),
    );
    expect(recordsIn(messagesIn(read))).toHaveLength(3);
    const equals = await call('read', `--config=${config}`, `--catalog=${catalog}`);
    expect(recordsIn(messagesIn(equals))).toHaveLength(3);
    for (const { code, stderr } of [spec, check, discover, read, equals])
      expect([code, stderr]).toEqual([0, '']);
  });

  it.each([
    ['spec', 'SPEC', []],
    ['check', 'CONNECTION_STATUS', ['--config']],
    ['discover', 'CATALOG', ['--config']],
  ] as const)(
    'that stop %s at its first message see 0 or the signal [A8, A67]',
    async (verb, type, flags) => {
      const args = [verb, ...flags.flatMap((flag) => [flag, environment.config({ tables: ['teams'] })])];
      let seen = '';
      const stopped = await environment.source(args, {
        onStdout: (text, child) => {
          seen += text;
          if (messagesOf(seen).some((message) => message['type'] === type)) child.kill('SIGTERM');
        },
      });
      expect([0, 'SIGTERM']).toContain(stopped.signal ?? stopped.code);
      expect([messagesIn(stopped).at(-1)?.['type'], stopped.stderr]).toEqual([type, '']);
    },
  );
});

describe('logs', () => {
  it.each([
    ['--debug', ['--debug'], {}],
    ['LOG_LEVEL=debug', [], { LOG_LEVEL: 'debug' }],
  ] as const)('tell more with %s, as messages [A10]', async (_, flags, env) => {
    const config = environment.config({ tables: ['teams'] });
    const [loud, quiet] = await Promise.all([
      environment.source(['check', '--config', config, ...flags], { env }),
      environment.source(['check', '--config', config]),
    ]);
    const levels = (finished: Finished) => messagesIn(finished).flatMap(({ log }) => log?.level ?? []);
    expect(levels(loud)).toContain('DEBUG');
    expect(levels(quiet)).not.toContain('DEBUG');
    expect([loud.stderr, quiet.stderr]).toEqual(['', '']);
  });
});

describe('SIGTERM in the middle of a read', () => {
  it('leaves the states earned so far, from which the next read goes on [A8, A42]', async () => {
    const config = environment.config({ page_size: 5, max_concurrency: 1 });
    const catalog = environment.scratch.write('stopped-catalog.json', await catalogOf(['accounts']));
    let text = '';
    const stopped = await environment.source(['read', '--config', config, '--catalog', catalog], {
      onStdout: (piece, child) => {
        text += piece;
        // Again and again, until the very end.
        if (recordsIn(messagesOf(text)).length >= 10) child.kill('SIGTERM');
      },
    });
    // One that arrives when Node is already leaving ends it by the signal itself; nothing is left to lose by then.
    expect([143, 'SIGTERM']).toContain(stopped.signal ?? stopped.code);
    expect(stopped.stderr).toBe('');
    const before = messagesIn(stopped);
    expect(eventsOf(before, 'accounts')).not.toContain('COMPLETE');
    expect(
      eventsOf(before, 'accounts')
        .filter((event) => event !== 'RECORD')
        .at(-1),
    ).toBe('STATE');

    const state = environment.scratch.write('stopped-state.json', lastStates(before));
    const rest = await environment.source([
      'read',
      '--config',
      config,
      '--catalog',
      catalog,
      '--state',
      state,
    ]);
    const after = messagesIn(rest);
    expect(eventsOf(after, 'accounts').at(-1)).toBe('COMPLETE');
    expect(recordsIn(before).length).toBeLessThan(60);
    expect(new Set([...recordsIn(before), ...recordsIn(after)].map(({ data }) => data.accountid))).toEqual(
      new Set(truthOf(environment, 'account', 'accountid').keys()),
    );
  });
});

describe('a reader', () => {
  it('that goes away ends the run quickly and without a word [A7]', async () => {
    const config = environment.config({ page_size: 10 });
    const catalog = environment.scratch.write('closed-catalog.json', await catalogOf(['accounts']));
    const args = ['read', '--config', config, '--catalog', catalog];
    const piped = await throughFifo(environment, 'source-dynamics365', args, async (output) => {
      for await (const _ of output) break;
    });
    expect([piped.code, piped.stderr]).toEqual([1, '']);
  });

  it('that is slow gets all of 200,000 records and the failing end [A5, A40, A58]', async () => {
    const large = await startEnvironment({ rows: { '*': 3, accounts: 200_000 }, prebuilt: true });
    try {
      const config = large.config({ requests_per_second: 1000 });
      const columns = { accountid: { type: 'string' }, name: { type: ['null', 'string'] } };
      const streams = ['accounts', 'teams'].map((name) => ({
        name,
        json_schema: {
          type: 'object',
          properties: name === 'teams' ? { teamid: { type: 'string' } } : columns,
        },
        supported_sync_modes: ['full_refresh', 'incremental'],
      }));
      large.simulator.control.changeUser({ read: { team: 'None' } });
      const catalog = large.scratch.write('large.json', configured(streams));
      const lines = new Map<string, number>();
      let rest = '';
      let lastTrace = '';
      let counted = 0;
      const piped = await throughFifo(
        large,
        'source-dynamics365',
        ['read', '--config', config, '--catalog', catalog],
        (output) =>
          slowly(output, (chunk) => {
            const whole = (rest + chunk.toString('latin1')).split('\n');
            rest = whole.pop() ?? '';
            for (const line of whole) {
              const type = /^\{"type":"([A-Z]+)"/.exec(line)?.[1] ?? line;
              lines.set(type, (lines.get(type) ?? 0) + 1);
              counted += Number(/"recordCount":(\d+)\.0/.exec(line)?.[1] ?? 0);
              if (type === 'TRACE') lastTrace = line;
            }
          }),
      );
      expect([piped.code, piped.stderr, rest]).toEqual([1, '', '']);
      expect([...lines.keys()].sort()).toEqual(['LOG', 'RECORD', 'STATE', 'TRACE']);
      expect(lines.get('RECORD')).toBeGreaterThanOrEqual(200_000);
      expect(counted).toBe(lines.get('RECORD'));
      expect(JSON.parse(lastTrace)).toMatchObject({
        trace: { type: 'ERROR', error: { failure_type: 'config_error' } },
      });
    } finally {
      await large.close();
    }
  });
});
