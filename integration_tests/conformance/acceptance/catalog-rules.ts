import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { CatalogStream } from '../airbyte.ts';

/** A rule of Airbyte's acceptance tests for the streams that `discover` finds: its name there, and which streams break it. */
export interface CatalogRule {
  readonly name: string;
  readonly isBroken: (stream: CatalogStream) => boolean;
  /** Members that make a good stream break the rule. */
  readonly counterexample: object;
}

const ajv = formats.default(new Ajv({ strict: false }));

/** All values under a key, at any depth; names of properties are no keys. */
function valuesOf(value: unknown, key: string, parent = ''): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...(name === key && parent !== 'properties' ? [each] : []),
    ...valuesOf(each, key, name),
  ]);
}

const propertiesOf = (stream: CatalogStream) => stream['json_schema'].properties ?? {};
const keysOf = (stream: CatalogStream): readonly string[] =>
  (stream['source_defined_primary_key'] ?? []).flat();

/** TestDiscovery of the connector acceptance tests 3.9.8. */
export const catalogRules: readonly CatalogRule[] = [
  {
    name: 'test_streams_have_valid_json_schemas',
    isBroken: (stream) => ajv.validateSchema(stream['json_schema']) !== true,
    counterexample: { json_schema: { type: 'nothing' } },
  },
  {
    name: 'test_defined_cursors_exist_in_schema',
    isBroken: (stream) =>
      (stream['default_cursor_field'] ?? []).some(
        (name: string) => !Object.hasOwn(propertiesOf(stream), name),
      ),
    counterexample: { default_cursor_field: ['elsewhere'] },
  },
  ...['$ref', 'allOf', 'not'].map((keyword) => ({
    name:
      keyword === '$ref'
        ? 'test_defined_refs_exist_in_schema'
        : `test_defined_keyword_exist_in_schema[${keyword}]`,
    isBroken: (stream: CatalogStream) => valuesOf(stream['json_schema'], keyword).length > 0,
    counterexample: { json_schema: { properties: { a: { [keyword]: {} } } } },
  })),
  {
    name: 'test_primary_keys_exist_in_schema',
    isBroken: (stream) => keysOf(stream).some((name) => !Object.hasOwn(propertiesOf(stream), name)),
    counterexample: { source_defined_primary_key: [['elsewhere']] },
  },
  {
    name: 'test_streams_has_sync_modes',
    isBroken: (stream) => (stream['supported_sync_modes'] ?? []).length === 0,
    counterexample: { supported_sync_modes: [] },
  },
  {
    name: 'test_additional_properties_is_true',
    isBroken: (stream) =>
      valuesOf(stream['json_schema'], 'additionalProperties').some((value) => value !== true),
    counterexample: { json_schema: { properties: {}, additionalProperties: false } },
  },
  {
    name: 'test_primary_keys_data_type',
    isBroken: (stream) =>
      keysOf(stream).some((name) =>
        [propertiesOf(stream)[name]?.type].flat().some((type) => type === 'object' || type === 'array'),
      ),
    counterexample: {
      json_schema: { properties: { a: { type: 'object' } } },
      source_defined_primary_key: [['a']],
    },
  },
];
