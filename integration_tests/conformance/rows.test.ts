// Every record of every standard table, in every mode that shapes rows, in both protocols: it fits the schema that was
// emitted, and it says what the environment holds, digit for digit.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment, truthOf } from '../support/environment.ts';
import type { Finished, Message } from '../support/program.ts';
import { configured, discoveredStreams, lastStates } from './airbyte.ts';
import { by, recordsIn, type SentRecord, textsOf } from './messages.ts';
import { lastState, schemasIn } from './singer.ts';
import { type StandardTable, standardTables } from './standard.ts';
import { recordCheck } from './validation.ts';

const modes = [
  ['as they come', {}],
  [
    'with labels of choices, choices as arrays, and a stream of choices',
    { labels: 'choices', choices_format: 'array', choices_stream: true },
  ],
  ['with all labels, without types of lookups', { labels: 'all', lookup_types: false }],
  ['without deletes', { deletes: false }],
  ['with contents', { include_binary: true }],
] as const;

/** Columns that the protocols add, each in its own way. */
const markers = new Set(['_sdc_deleted_at', 'is_deleted', '_ab_cdc_deleted_at', '_ab_cdc_updated_at']);

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 10 }, seed: 5 });
});
afterAll(() => environment.close());

/** All that both runs of one protocol said. */
interface Told {
  /** JSON Schema of each stream, as emitted. */
  readonly schemas: ReadonlyMap<string, Record<string, unknown>>;
  /** Records by stream, in order. */
  readonly records: ReadonlyMap<string, readonly SentRecord[]>;
}

/** Reads everything in both protocols, changes rows, and reads on. */
async function readTwice(
  mode: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<readonly Told[]> {
  const { scratch } = environment;
  const name = mode.replaceAll(/\W+/g, '-');
  const config = environment.config(settings);
  const discovered = await environment.source(['discover', '--config', config]);
  const streams = discoveredStreams(discovered.messages());
  const catalog = scratch.write(`${name}-catalog.json`, configured(streams));
  const tap = (...more: readonly string[]): Promise<Finished> =>
    environment.tap(['--config', config, ...more]);
  const source = (...more: readonly string[]): Promise<Finished> =>
    environment.source(['read', '--config', config, '--catalog', catalog, ...more]);

  const first = await Promise.all([tap(), source()]);
  changeRows(settings['deletes'] !== false);
  const [singer, airbyte] = first.map((finished) => finished.messages());
  const second = await Promise.all([
    tap('--state', scratch.write(`${name}-singer.json`, lastState(singer ?? []))),
    source('--state', scratch.write(`${name}-airbyte.json`, lastStates(airbyte ?? []))),
  ]);
  for (const { code, stderr } of [...first, ...second])
    expect([code, /^(ERROR|CRITICAL) .*/m.exec(stderr)?.[0]]).toEqual([0, undefined]);
  const recordsOf = (run: 0 | 1) =>
    by(
      [first[run], second[run]].flatMap(({ stdout }) => recordsIn(stdout)),
      ({ stream }) => stream,
    );
  const schemas = [...schemasIn(singer ?? [])].map(([stream, { schema }]) => [stream, schema] as const);
  return [
    { schemas: new Map(schemas), records: recordsOf(0) },
    {
      schemas: new Map(streams.map((stream) => [stream['name'], stream['json_schema']])),
      records: recordsOf(1),
    },
  ];
}

/** A row changes, a row comes whose values strain readers, rows go. */
function changeRows(deletes: boolean): void {
  const { control } = environment.simulator;
  const oneOf = (table: string): string =>
    String(truthOf(environment, table, `${table}id`).keys().next().value);
  control.update('account', oneOf('account'), {
    description: 'Changed "twice"\n',
    revenue: '922337203685.4775',
  });
  control.create('contact', [
    { lastname: 'Ⅷ \u{1f9d1}\u200d\u{1f4bb} \u0007\\', birthdate: '1600-02-29', creditlimit: '-0.0001' },
  ]);
  if (!deletes) return;
  control.remove('incident', oneOf('incident'));
  const [email = ''] = truthOf(environment, 'email', 'activityid').keys();
  control.remove('email', email);
}

/** What the environment holds, as a destination should have it: members of each row by the schema, by key. */
function expectedRows(
  { table, key }: StandardTable,
  properties: Readonly<Record<string, Message>>,
): Map<string, object> {
  const rows = [...environment.simulator.control.rows(table, '*')].map((text) => textsOf(text));
  return new Map(
    rows.map((row) => [
      row.get(key) ?? '',
      Object.fromEntries(
        Object.entries(properties)
          .filter(([column]) => !markers.has(column))
          .map(([column, schema]) => [column, expectedText(row, column, schema)]),
      ),
    ]),
  );
}

function expectedText(row: ReadonlyMap<string, string>, column: string, schema: Message): string {
  const text = row.get(column) ?? annotation(row, column) ?? 'null';
  if (text === 'null') return text;
  if (schema['airbyte_type'] === 'timestamp_without_timezone') return text.replace(/Z"$/, '"');
  return [schema['type']].flat().includes('array') ? text.replace('"', '[').replace(/"$/, ']') : text;
}

/** The annotation that a type or label column shows. */
function annotation(row: ReadonlyMap<string, string>, column: string): string | undefined {
  const [, stem = '', kind] = /^(.*)_(type|label)$/.exec(column) ?? [];
  const name =
    kind === 'type'
      ? 'Microsoft.Dynamics.CRM.lookuplogicalname'
      : 'OData.Community.Display.V1.FormattedValue';
  return row.get(`${stem}@${name}`) ?? row.get(`${stem}_value@${name}`);
}

/** What a destination that keeps the last record of each key ends with: rows that are not told deleted, by key. */
function destination(records: readonly SentRecord[], key: string): Map<string, object> {
  const rows = new Map<string, object>();
  for (const { data, texts } of records) {
    const id = texts.get(key) ?? '';
    rows.delete(id);
    if (data['is_deleted'] === true || typeof data['_ab_cdc_deleted_at'] === 'string') continue;
    rows.set(id, Object.fromEntries([...texts].filter(([column]) => !markers.has(column))));
  }
  return rows;
}

const streams = standardTables.map((table) => [table.stream, table] as const);
const bySmallest = (rows: ReadonlyMap<string, object>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1));

describe.each(modes)('rows %s', (mode, settings) => {
  let told: readonly Told[];
  beforeAll(async () => {
    told = await readTwice(mode, settings);
  });

  it.each(streams)('%s: records fit the schema that was emitted [A32, S4]', (stream) => {
    for (const { schemas, records } of told) {
      const check = recordCheck(schemas.get(stream) ?? {});
      const own = records.get(stream) ?? [];
      expect(own.length).toBeGreaterThan(0);
      expect(own.map(({ data }) => check(data)).filter((wrong) => wrong !== '')).toEqual([]);
    }
  });

  it.each(streams)(
    '%s: the destination ends with what the environment holds [A24, A26, A51, S18, S29]',
    (_, table) => {
      const properties = told[1]?.schemas.get(table.stream)?.['properties'] as Record<string, Message>;
      const expected = bySmallest(expectedRows(table, properties));
      for (const { records } of told) {
        expect(bySmallest(destination(records.get(table.stream) ?? [], table.key))).toEqual(expected);
      }
    },
  );

  if ('choices_stream' in settings) {
    it('choices: rows fit their schema, are told apart by their key, and are alike in both protocols [A30]', () => {
      const keys = ['table', 'column', 'value', 'language'];
      const [singer, airbyte] = told.map(({ schemas, records }) => {
        const check = recordCheck(schemas.get('choices') ?? {});
        const own = records.get('choices') ?? [];
        expect(own.map(({ data }) => check(data)).filter((wrong) => wrong !== '')).toEqual([]);
        return own.map(({ data }) => [JSON.stringify(keys.map((name) => data[name])), data] as const);
      });
      expect(new Map(singer).size).toBeGreaterThan(100);
      expect(new Map(airbyte)).toEqual(new Map(singer));
    });
  }
});
