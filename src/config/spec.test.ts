import { describe, expect, it } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { configSchema, propertiesOf } from './schema.ts';

const schema = configSchema();

interface Node {
  readonly path: string;
  readonly name: string;
  readonly value: JsonObject;
}

/** Every property of the schema, at any depth, with the object that describes it. */
function* properties(value: Json, path = ''): Generator<Node> {
  if (Array.isArray(value)) {
    for (const [place, member] of value.entries()) yield* properties(member, `${path}/${place}`);
  }
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'properties' && isJsonObject(member)) {
      for (const [name, property] of Object.entries(member)) {
        if (isJsonObject(property)) yield { path: `${path}/${name}`, name, value: property };
      }
    }
    yield* properties(member, `${path}/${key}`);
  }
}

const all = [...properties(schema)];

// The rules are those of Airbyte's connector specification reference and of TestSpec in its acceptance tests.
describe('the schema of the configuration', () => {
  it('describes every property for the person who fills it in', () => {
    for (const { path, value } of all) {
      const incomplete = ['title', 'type', 'order'].filter((key) => value[key] === undefined);
      if (value['const'] === undefined && value['description'] === undefined) incomplete.push('description');
      expect({ path, incomplete }).toEqual({ path, incomplete: [] });
    }
  });

  it('has one order for each property of an object', () => {
    const orders = new Map<string, Json[]>();
    for (const { path, value } of all) {
      const parent = path.slice(0, path.lastIndexOf('/'));
      orders.set(parent, [...(orders.get(parent) ?? []), value['order'] ?? null]);
    }
    for (const numbers of orders.values()) expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('puts every setting, and nothing deeper, into a group that exists', () => {
    const groups = (schema['groups'] as readonly JsonObject[]).map((group) => group['id']);
    for (const property of Object.values(propertiesOf(schema))) expect(groups).toContain(property['group']);
    for (const { path, value } of all)
      if (path.split('/').length > 2) expect(value).not.toHaveProperty('group');
  });

  it('marks what is secret', () => {
    const secret = all.filter(({ value }) => value['airbyte_secret'] === true).map(({ name }) => name);
    expect(new Set(secret)).toEqual(
      new Set(['tenant_id', 'client_secret', 'certificate', 'private_key', 'passphrase']),
    );
    for (const { name, value } of all) {
      if (/secret|tenant_id|certificate|private_key|passphrase|password|token/.test(name)) {
        expect({ name, secret: value['airbyte_secret'] }).toEqual({ name, secret: true });
      }
    }
  });

  it('uses no keyword that forms cannot show', () => {
    const text = JSON.stringify(schema);
    for (const keyword of [
      'not',
      'anyOf',
      'allOf',
      'if',
      'then',
      'else',
      'patternProperties',
      'prefixItems',
      '$ref',
    ]) {
      expect(text).not.toContain(`"${keyword}":`);
    }
    expect(text).not.toContain('"additionalProperties":false');
    for (const { value } of all) expect(typeof value['type']).toBe('string');
  });

  it('shows no empty objects, and arrays of one type', () => {
    for (const { path, value } of all) {
      if (value['type'] === 'object')
        expect({ path, has: 'oneOf' in value || 'properties' in value }).toEqual({ path, has: true });
      if (value['type'] === 'array') expect(isJsonObject(value['items'] ?? null)).toBe(true);
    }
  });

  it('has patterns that explain themselves and that its examples match', () => {
    for (const { path, value } of all) {
      if (value['pattern'] === undefined) continue;
      expect({ path, descriptor: typeof value['pattern_descriptor'] }).toEqual({
        path,
        descriptor: 'string',
      });
      for (const example of value['examples'] as readonly string[])
        expect(example).toMatch(new RegExp(String(value['pattern'])));
    }
  });

  it('offers alternatives that one constant tells apart', () => {
    const credentials = propertiesOf(schema)['credentials'] ?? {};
    const variants = credentials['oneOf'] as readonly JsonObject[];
    const constants = variants.map((variant) => {
      const members = propertiesOf(variant);
      const constant = Object.entries(members).filter(([, member]) => member['const'] !== undefined);
      expect(constant).toHaveLength(1);
      const [[name, member] = ['', {}]] = constant;
      expect(member).not.toHaveProperty('default');
      expect(member).not.toHaveProperty('enum');
      return [name, member['const']];
    });
    expect(constants).toEqual([
      ['auth_type', 'client_secret'],
      ['auth_type', 'certificate'],
      ['auth_type', 'managed_identity'],
    ]);
  });
});
