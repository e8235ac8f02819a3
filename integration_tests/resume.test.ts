import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment, truthOf } from './support/environment.ts';
import { type Finished, type Message, messagesOf } from './support/program.ts';

/** How a table is read, and whether the strategy sees deletes. */
const ways = [
  { name: 'change tracking, parallel ranges', settings: { small_table_rows: 0 }, full: false, deletes: true },
  {
    name: 'change tracking, one tracked read',
    settings: { small_table_rows: 100_000 },
    full: false,
    deletes: true,
  },
  { name: 'modifiedon', settings: { incremental_strategy: 'modifiedon' }, full: false, deletes: false },
  { name: 'versionnumber', settings: { incremental_strategy: 'versionnumber' }, full: false, deletes: false },
  { name: 'full refresh', settings: {}, full: true, deletes: false },
] as const;
const protocols = ['singer', 'airbyte'] as const;
const cases = ways.flatMap((way) => protocols.map((protocol) => [way.name, protocol, way] as const));

/** Rows as a destination has them after upserts and deletes by key, and how often a row came that was there already. */
interface Destination {
  readonly rows: Map<string, string>;
  received: number;
}

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 2, accounts: 90 } });
});
afterEach(() => environment.close());

function apply(destination: Destination, messages: readonly Message[]): void {
  for (const message of messages) {
    if (message['type'] !== 'RECORD') continue;
    const row = message['record'].data ?? message['record'];
    destination.received += 1;
    if (row.is_deleted || row._ab_cdc_deleted_at) destination.rows.delete(row.accountid);
    else destination.rows.set(row.accountid, row.name);
  }
}

/** The state file that the last state of a run makes. */
function lastState(messages: readonly Message[], protocol: 'singer' | 'airbyte'): unknown {
  const state = messages.findLast(({ type }) => type === 'STATE');
  if (state === undefined) return undefined;
  return protocol === 'singer' ? state['value'] : [state['state']];
}

/** A run that is killed, as by the power going out, as soon as `kill` states have arrived. */
function readUntil(protocol: 'singer' | 'airbyte', args: readonly string[], kill: number): Promise<Finished> {
  let seen = '';
  const run = protocol === 'singer' ? environment.tap : environment.source;
  return run(args, {
    onStdout: (text, child) => {
      seen += text;
      const states = messagesOf(seen).filter(({ type }) => type === 'STATE').length;
      if (states >= kill) child.kill('SIGKILL');
    },
  });
}

describe('a run that is killed after any state, and started again from it [A42, A43, S36, S40]', () => {
  it.each(cases)('ends as if it had run once: %s, %s', async (_, protocol, way) => {
    const { control } = environment.simulator;
    const config = environment.config({ tables: ['accounts'], page_size: 10, ...way.settings });
    const catalog = environment.scratch.write('catalog.json', await catalogFor(protocol, config, way.full));
    const destination: Destination = { rows: new Map(), received: 0 };
    const ids = [...truthOf(environment, 'account', 'accountid').keys()];
    let state: unknown;
    const read = async (kill: number): Promise<Finished> => {
      const args = ['read', '--config', config, '--catalog', catalog];
      if (state !== undefined) args.push('--state', environment.scratch.write('state.json', state));
      const finished = await readUntil(protocol, args, kill);
      apply(destination, finished.messages());
      state = lastState(finished.messages(), protocol) ?? state;
      return finished;
    };

    for (const [round, kill] of [1, 3, 2].entries()) {
      await read(kill);
      // Other people go on writing.
      control.update('account', ids[round * 7 + 1] ?? '', { name: `changed ${round}` });
      control.create('account', [{ name: `created ${round}` }]);
      if (way.deletes) control.remove('account', ids[round * 7 + 2] ?? '');
    }
    // To the end, and once more for what the window of the last run left to the next one. A full refresh that has come
    // to its end is a new one then: what changed before its place was not its business.
    for (const last of [1, 2]) {
      if (way.full && last === 2) state = undefined;
      const finished = await read(Number.POSITIVE_INFINITY);
      expect([finished.code, last, finished.stderr.match(/^(ERROR|CRITICAL).*/m)?.[0]]).toEqual([
        0,
        last,
        undefined,
      ]);
      environment.simulator.control.advance(1000);
    }
    const truth = [...truthOf(environment, 'account', 'accountid')].map(([id, row]) => [id, row['name']]);
    expect(Object.fromEntries(destination.rows)).toEqual(Object.fromEntries(truth));
    expect(destination.received).toBeGreaterThanOrEqual(truth.length);
  });
});

async function catalogFor(protocol: 'singer' | 'airbyte', config: string, full: boolean): Promise<unknown> {
  if (protocol === 'airbyte') {
    const { messages } = await environment.source(['discover', '--config', config]);
    const { streams } = messages().find(({ type }) => type === 'CATALOG')?.['catalog'] ?? {};
    return {
      streams: streams.map((stream: Message) => ({
        stream,
        sync_mode: full ? 'full_refresh' : 'incremental',
        destination_sync_mode: 'append_dedup',
      })),
    };
  }
  const catalog = JSON.parse((await environment.tap(['discover', '--config', config])).stdout);
  for (const { metadata } of catalog.streams) {
    const own = metadata.find(({ breadcrumb }: Message) => breadcrumb.length === 0).metadata;
    own.selected = true;
    if (full) own['replication-method'] = 'FULL_TABLE';
  }
  return catalog;
}
