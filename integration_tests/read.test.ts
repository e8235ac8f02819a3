import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment, truthOf } from './support/environment.ts';
import type { Message } from './support/program.ts';

const standard = [
  ['accounts', 'account', 'accountid'],
  ['contacts', 'contact', 'contactid'],
  ['leads', 'lead', 'leadid'],
  ['opportunities', 'opportunity', 'opportunityid'],
  ['quotes', 'quote', 'quoteid'],
  ['salesorders', 'salesorder', 'salesorderid'],
  ['invoices', 'invoice', 'invoiceid'],
  ['products', 'product', 'productid'],
  ['incidents', 'incident', 'incidentid'],
  ['activitypointers', 'activitypointer', 'activityid'],
  ['emails', 'email', 'activityid'],
  ['tasks', 'task', 'activityid'],
  ['phonecalls', 'phonecall', 'activityid'],
  ['appointments', 'appointment', 'activityid'],
  ['campaigns', 'campaign', 'campaignid'],
  ['systemusers', 'systemuser', 'systemuserid'],
  ['teams', 'team', 'teamid'],
  ['businessunits', 'businessunit', 'businessunitid'],
  ['transactioncurrencies', 'transactioncurrency', 'transactioncurrencyid'],
  ['annotations', 'annotation', 'annotationid'],
] as const;

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 12, accounts: 40 } });
});
afterAll(() => environment.close());

const records = (messages: readonly Message[], stream: string): Message[] =>
  messages.filter(({ type, stream: of }) => type === 'RECORD' && of === stream).map(({ record }) => record);
const lastState = (messages: readonly Message[]): Message =>
  messages.findLast(({ type }) => type === 'STATE')?.['value'];

describe('tap-dynamics365 --config config.json', () => {
  it('reads all 20 standard tables without a catalog, row for row, then only what changed [S33, S34]', async () => {
    const config = environment.config();
    const first = await environment.tap(['--config', config]);
    expect(first.code).toBe(0);
    const messages = first.messages();
    for (const [stream, table, key] of standard) {
      const got = records(messages, stream).map((record) => String(record[key]));
      expect([stream, [...new Set(got)].sort()]).toEqual([
        stream,
        [...truthOf(environment, table, key).keys()].sort(),
      ]);
    }
    expect(first.stderr).not.toMatch(/^(ERROR|CRITICAL)/m);

    const [changed = '', deleted = ''] = truthOf(environment, 'account', 'accountid').keys();
    environment.simulator.control.update('account', changed, { name: 'Changed' });
    environment.simulator.control.remove('account', deleted);
    const [created] = environment.simulator.control.create('lead', [{ lastname: 'New', subject: 'New' }]);
    const state = environment.scratch.write('state.json', lastState(messages));
    const second = await environment.tap(['--config', config, '--state', state]);
    expect(second.code).toBe(0);
    const news = second.messages().filter(({ type }) => type === 'RECORD');
    expect(
      news.map(({ stream, record }) => [
        stream,
        record['accountid'] ?? record['leadid'],
        record['is_deleted'] ?? false,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['accounts', changed, false],
        ['accounts', deleted, true],
        ['leads', created, false],
      ]),
    );
    expect(news).toHaveLength(3);
    expect(news.find(({ record }) => record['accountid'] === changed)?.['record']['name']).toBe('Changed');
  });

  it('sends a SCHEMA before the first RECORD of each stream, and nothing but messages', async () => {
    const { stdout, messages } = await environment.tap([
      '--config',
      environment.config({ tables: ['accounts', 'leads'] }),
    ]);
    const seen = new Set<string>();
    for (const message of messages()) {
      if (message['type'] === 'SCHEMA') seen.add(message['stream']);
      if (message['type'] === 'RECORD') expect(seen).toContain(message['stream']);
      expect(['SCHEMA', 'RECORD', 'STATE']).toContain(message['type']);
    }
    expect(stdout.endsWith('\n')).toBe(true);
  });

  it('ends a table whose module is not installed with 0 records and success', async () => {
    const without = await startEnvironment({ rows: { '*': 3 }, without: ['sales', 'service', 'marketing'] });
    try {
      const config = without.config();
      const all = await without.tap(['--config', config]);
      expect(all.code).toBe(0);
      expect(new Set(all.messages().map(({ stream }) => stream))).not.toContain('leads');
      const catalog = without.scratch.write('catalog.json', {
        streams: ['accounts', 'leads'].map((stream) => ({
          tap_stream_id: stream,
          stream,
          key_properties: [stream === 'leads' ? 'leadid' : 'accountid'],
          schema: {
            type: 'object',
            properties: { [stream === 'leads' ? 'leadid' : 'accountid']: { type: 'string' } },
          },
          metadata: [{ breadcrumb: [], metadata: { selected: true } }],
        })),
      });
      const asked = await without.tap(['--config', config, '--catalog', catalog]);
      expect(asked.code).toBe(0);
      expect(asked.stderr).toMatch(/WARNING.*leads.*not installed/);
      expect(records(asked.messages(), 'leads')).toEqual([]);
      expect(records(asked.messages(), 'accounts')).toHaveLength(3);
    } finally {
      await without.close();
    }
  });
});

describe('source-dynamics365 read', () => {
  it('discovers, and reads every stream from STARTED to COMPLETE with its state before that [A39, A40]', async () => {
    const config = environment.config({ tables: ['standard'] });
    const discovered = await environment.source(['discover', '--config', config]);
    const { streams } = discovered.messages().find(({ type }) => type === 'CATALOG')?.['catalog'] ?? {};
    expect(streams).toHaveLength(standard.length);
    const catalog = environment.scratch.write('configured.json', {
      streams: streams.map((stream: Message) => ({
        stream,
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup',
      })),
    });
    const { code, stderr, messages } = await environment.source([
      'read',
      '--config',
      config,
      '--catalog',
      catalog,
    ]);
    expect([code, stderr]).toEqual([0, '']);
    for (const [stream, table, key] of standard) {
      const own = messages().flatMap(({ type, record, state, trace }) => {
        if (type === 'RECORD' && record.stream === stream) return [['record', record.data[key]]];
        if (type === 'STATE' && state.stream.stream_descriptor.name === stream)
          return [['state', state.sourceStats.recordCount]];
        if (trace?.type === 'STREAM_STATUS' && trace.stream_status.stream_descriptor.name === stream)
          return [['status', trace.stream_status.status]];
        return [];
      });
      const kinds = own.map(([kind, what]) => (kind === 'status' ? what : kind));
      expect(kinds[0], stream).toBe('STARTED');
      expect(kinds.indexOf('RUNNING'), stream).toBeLessThan(
        kinds.includes('record') ? kinds.indexOf('record') : kinds.length,
      );
      expect(kinds.at(-1), stream).toBe('COMPLETE');
      expect(kinds.at(-2), stream).toBe('state');
      const counted = own
        .filter(([kind]) => kind === 'state')
        .reduce((sum, [, count]) => sum + Number(count), 0);
      expect(counted, stream).toBe(own.filter(([kind]) => kind === 'record').length);
      expect(new Set(own.filter(([kind]) => kind === 'record').map(([, id]) => id)), stream).toEqual(
        new Set(truthOf(environment, table, key).keys()),
      );
    }
  });
});
