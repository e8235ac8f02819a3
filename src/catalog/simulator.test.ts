import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testConfig } from '../config/config.testing.ts';
import { secret } from '../core/secret.ts';
import { createClient } from '../dataverse/client.ts';
import { memoryLog } from '../dataverse/metadata/client.testing.ts';
import { discover } from '../dataverse/metadata/discover.ts';
import { optionReader } from '../dataverse/metadata/options.ts';
import type { Client } from '../dataverse/types.ts';
import { framePage } from '../records/page.ts';
import { type Simulator, startSimulator } from '../simulator/index.ts';
import { type ChoiceRow, choiceRows } from './choices.ts';
import { annotationsOf, rowShapeOf, selectClause } from './select.ts';
import { streamsOf } from './streams.ts';
import type { Stream, StreamColumn, ValueType } from './types.ts';

/** What the value of a type looks like as JSON. */
const fits: Readonly<Record<ValueType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(String(value)),
  timestamp: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(value)),
  timestamp_naive: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(String(value)),
  integer_array: (value) => Array.isArray(value) && value.every(Number.isInteger),
  managed_property: (value) => typeof value === 'object' && value !== null && 'Value' in value,
};

let simulator: Simulator;
let dispatcher: Agent;
let client: Client;
let streams: readonly Stream[];
const log = memoryLog();

beforeAll(async () => {
  simulator = await startSimulator({ rows: { '*': 10 } });
  const { ready } = simulator;
  dispatcher = new Agent({ connect: { ca: readFileSync(ready.ca_file) } });
  const config = testConfig({
    environmentHost: '127.0.0.1',
    environmentOrigin: `https://${ready.environment_url}`,
    authorityHost: ready.authority_host,
    credentials: {
      kind: 'secret',
      tenantId: ready.tenant_id,
      clientId: ready.client_id,
      clientSecret: secret(ready.client_secret),
    },
    requestsPerSecond: 1000,
  });
  client = await createClient(config, { log, dispatcher });
  const { tables } = await discover(client, { tables: ['*'], excludeTables: [] }, log);
  streams = streamsOf(tables, {
    labels: 'all',
    lookupTypes: true,
    choicesFormat: 'array',
    columns: {},
    includeBinary: false,
  });
});

afterAll(async () => {
  await client.close();
  await dispatcher.destroy();
  await simulator.close();
});

async function rowsOf({ name, table, columns }: Stream): Promise<Record<string, unknown>[]> {
  const { body } = await client.get({
    url: `${table.setName}?$select=${selectClause(columns)}`,
    stream: name,
    prefer: [`odata.include-annotations="${annotationsOf(columns).join(',')}"`],
  });
  const empty = { before: Buffer.from('{'), after: Buffer.from('}\n') };
  const lines = framePage(body, rowShapeOf(columns), empty).lines.toString().trim();
  return lines.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

const misfits = (rows: readonly Record<string, unknown>[], { name, type, key }: StreamColumn): unknown[] =>
  rows.map((row) => row[name]).filter((value) => (value === null ? key : !fits[type](value)));

describe('discovery of a whole environment', () => {
  test('finds all standard tables, without a warning', () => {
    expect(streams.filter((stream) => stream.standard)).toHaveLength(20);
    expect(log.lines.filter((line) => line.level === 'warn')).toEqual([]);
  });

  test('meets every type', () => {
    const types = new Set(streams.flatMap((stream) => stream.columns.map(({ type }) => type)));
    expect(Object.keys(fits).filter((type) => !types.has(type as ValueType))).toEqual([]);
  });

  test('gives types that the rows of every table fit, and only columns that can be selected', async () => {
    for (const stream of streams) {
      const rows = await rowsOf(stream);
      const names = stream.columns.map(({ name }) => name).sort();
      for (const row of rows) expect(Object.keys(row).sort()).toEqual(names);
      const odd = stream.columns.flatMap((column) =>
        misfits(rows, column).map((value) => [stream.name, column.name, column.type, value]),
      );
      expect(odd).toEqual([]);
    }
  });

  test('gives keys that tell the rows of a table apart', async () => {
    for (const stream of streams) {
      const rows = await rowsOf(stream);
      const keys = rows.map((row) => stream.key.map((name) => row[name]).join());
      expect(new Set(keys).size).toBe(rows.length);
    }
  });

  test('gives choices that name every code and label in the rows', async () => {
    const choices: ChoiceRow[] = [];
    for await (const some of choiceRows(streams, optionReader(client))) choices.push(...some);
    const labels = new Map(
      choices.map((row) => [[row.table, row.column, row.value].join(), row.label] as const),
    );
    const wrong: unknown[] = [];
    for (const stream of streams) {
      const coded = stream.columns.filter(
        ({ column, origin }) => column.type === 'choice' && origin === 'value',
      );
      for (const row of await rowsOf(stream))
        for (const { name } of coded) {
          const label = row[name] === null ? null : labels.get([stream.name, name, row[name]].join());
          if (label !== row[`${name}_label`]) wrong.push([stream.name, name, row[name], label]);
        }
    }
    expect(wrong).toEqual([]);
    expect(choices.length).toBeGreaterThan(100);
  });
});
