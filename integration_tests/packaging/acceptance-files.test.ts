import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { airbyte } from '../../src/protocol/airbyte/airbyte.ts';

const url = (path: string) => new URL(`../../${path}`, import.meta.url);
const json = (path: string): unknown => JSON.parse(readFileSync(url(path), 'utf8'));

const accepts = formats
  .default(new Ajv({ strict: false, allErrors: true }))
  .compile(json('src/config/spec.json') as object);

/** All values of members whose name ends in `path`, at any depth. */
function paths(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name.endsWith('path') && typeof member === 'string' ? [member] : paths(member),
  );
}

describe("Airbyte's customary files [A68]", () => {
  it('acceptance-test-config.yml names files that are there', () => {
    const named = paths(parse(readFileSync(url('acceptance-test-config.yml'), 'utf8')));
    expect(named.length).toBeGreaterThan(5);
    // secrets/ is made by whoever runs the tests, and is never committed.
    const missing = named.filter((path) => !path.startsWith('secrets/') && !existsSync(url(path)));
    expect(missing).toEqual([]);
  });

  it.each(['sample_config.json', 'invalid_config.json'])('%s follows the spec', (name) => {
    expect([accepts(json(`integration_tests/${name}`)), accepts.errors]).toEqual([true, null]);
  });

  it('configured_catalog.json and the states belong together', () => {
    const names = airbyte.streamNames(json('integration_tests/configured_catalog.json'));
    for (const file of ['sample_state.json', 'abnormal_state.json']) {
      expect([...airbyte.parseState(json(`integration_tests/${file}`)).streams.keys()]).toEqual(names);
    }
  });

  it('abnormal_state.json lies in the future', () => {
    const { streams } = airbyte.parseState(json('integration_tests/abnormal_state.json'));
    for (const state of streams.values()) {
      expect(Date.parse(String(state['replication_key_value']))).toBeGreaterThan(Date.UTC(2900));
    }
  });
});
