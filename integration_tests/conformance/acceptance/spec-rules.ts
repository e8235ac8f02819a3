import type { Message } from '../../support/program.ts';

/** A rule of Airbyte's acceptance tests for what `spec` answers: its name there, and what breaks it, one text a place. */
export interface SpecRule {
  readonly name: string;
  readonly broken: (spec: Message) => readonly string[];
  /** A connection specification that breaks the rule, so that the rule itself is shown to work. */
  readonly counterexample: object;
}

interface Node {
  readonly path: readonly string[];
  readonly value: Message;
}

/** Every object within a schema that is no list of properties, with its path. */
function nodes(value: unknown, path: readonly string[] = []): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => nodes(each, [...path, String(index)]));
  if (typeof value !== 'object' || value === null) return [];
  const deeper = Object.entries(value).flatMap(([name, each]) => nodes(each, [...path, name]));
  return path.at(-1) === 'properties' ? deeper : [{ path, value }, ...deeper];
}

/** The rules for single objects of the connection specification. */
function each(name: string, counterexample: object, isBroken: (node: Node) => boolean): SpecRule {
  const broken = (spec: Message) =>
    nodes(spec['connectionSpecification'])
      .filter(isBroken)
      .map(({ path }) => path.join('/'));
  return { name, broken, counterexample };
}

const secretNames = new Set(
  `client_token access_token api_token token secret client_secret password key service_account_info service_account
   tenant_id certificate jwt credentials app_id appid refresh_token`.split(/\s+/),
);
const forbidden =
  'not anyOf patternProperties prefixItems allOf if then else dependentSchemas dependentRequired'.split(' ');

const typesOf = ({ type }: Message): readonly unknown[] => [type].flat();
const isObject = (value: unknown): value is Message => typeof value === 'object' && value !== null;
const properties = (...entries: readonly object[]): object => ({ properties: Object.assign({}, ...entries) });

/** The name of the property that an object describes, whatever lies between (alternatives, items of a list). */
function propertyName(path: readonly string[]): string {
  const reserved = new Set(['oneOf', 'properties', 'items']);
  return path.findLast((part) => !reserved.has(part) && !/^\d+$/.test(part)) ?? '';
}

function maySecret(value: Message): boolean {
  const types = typesOf(value);
  return types.some((type) => ['string', 'integer', 'number'].includes(String(type))) && !value['const'];
}

function hasCommonConstant(variants: readonly Message[]): boolean {
  const constant = (variant: Message) =>
    Object.entries<Message>(variant['properties'] ?? {})
      .filter(([, property]) => 'const' in property)
      .filter(([, property]) => !('default' in property) && !('enum' in property))
      .map(([name]) => name);
  const [first = [], ...others] = variants.map(constant);
  return first.filter((name) => others.every((names) => names.includes(name))).length === 1;
}

function repeats(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length;
}

/** TestSpec of the connector acceptance tests 3.9.8, as far as it looks at the specification alone. */
export const specRules: readonly SpecRule[] = [
  each(
    'test_enum_usage',
    properties({ a: { type: 'string', enum: ['x', 'x'] } }),
    ({ value }) => Array.isArray(value['enum']) && repeats(value['enum']),
  ),
  each(
    'test_oneof_usage',
    properties({ a: { type: 'object', oneOf: [properties({ kind: {} })] } }),
    ({ value }) =>
      Array.isArray(value['oneOf']) &&
      !(
        value['type'] === 'object' &&
        value['oneOf'].every((variant) => isObject(variant) && variant['type'] === 'object') &&
        hasCommonConstant(value['oneOf'])
      ),
  ),
  each(
    'test_secret_is_properly_marked',
    properties({ tenant_id: { type: 'string' } }),
    ({ path, value }) =>
      'type' in value &&
      secretNames.has(propertyName(path).toLowerCase()) &&
      (value['airbyte_secret'] ?? false) !== maySecret(value),
  ),
  each('test_property_type_is_not_array', properties({ a: { type: ['string', 'integer'] } }), ({ value }) => {
    const types = typesOf(value);
    return types.length > 2 || (types.length === 2 && types[1] !== 'null');
  }),
  each(
    'test_object_not_empty',
    properties({ a: { type: 'object', properties: {} } }),
    ({ path, value }) =>
      path.length > 0 &&
      value['type'] === 'object' &&
      !('oneOf' in value) &&
      Object.keys(value['properties'] ?? {}).length === 0,
  ),
  each('test_array_type', properties({ a: { type: 'array', items: { type: 'boolean' } } }), ({ value }) => {
    const items: unknown = value['items'];
    if (value['type'] !== 'array' || items === undefined) return false;
    if (!isObject(items) || Array.isArray(items)) return true;
    return !['object', 'string', 'number', 'integer'].includes(items['type']) && !('enum' in items);
  }),
  each('test_forbidden_complex_types', { allOf: [] }, ({ value }) =>
    forbidden.some((keyword) => keyword in value),
  ),
  each(
    'test_date_pattern',
    properties({ a: { type: 'string', format: 'date' } }),
    ({ value }) => ['date', 'date-time'].includes(value['format']) && value['pattern'] === undefined,
  ),
  each(
    'test_duplicate_order',
    properties({ a: { type: 'string', order: 1 }, b: { type: 'string', order: 1 } }),
    ({ value }) => {
      const members = Object.values<Message>(value['properties'] ?? {}).filter(isObject);
      return repeats(members.filter((member) => 'order' in member).map((member) => member['order']));
    },
  ),
  each(
    'test_nested_group',
    properties({ a: { type: 'object', ...properties({ b: { type: 'string', group: 'g' } }) } }),
    ({ path, value }) => path.length > 2 && 'group' in value,
  ),
  each(
    'test_display_type',
    properties({ a: { type: 'string', display_type: 'radio' } }),
    ({ value }) =>
      'display_type' in value && !('oneOf' in value && ['dropdown', 'radio'].includes(value['display_type'])),
  ),
  each(
    'test_defined_refs_exist_in_json_spec_file',
    properties({ a: { $ref: '#/b' } }),
    ({ value }) => '$ref' in value,
  ),
  each(
    'test_additional_properties_is_true',
    { additionalProperties: false },
    ({ value }) => 'additionalProperties' in value && value['additionalProperties'] !== true,
  ),
];
