import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';

/** A setting as users of Singer taps name it: members of an object are joined by a dot. */
export interface Setting {
  readonly name: string;
  /** JSON type, or `date` for texts that hold a date. */
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly choices: readonly string[];
  readonly default: Json | undefined;
  /** Variable that holds it under `--config ENV`. */
  readonly variable: string;
}

/** The settings of the configuration's JSON Schema, in its order; the variants of an object are laid over each other. */
export function settingsOf(schema: JsonObject): readonly Setting[] {
  const required = listOf(schema['required']);
  return Object.entries(objectOf(schema['properties'])).flatMap(([name, property]) =>
    expand(name, objectOf(property), required.includes(name)),
  );
}

function expand(name: string, property: JsonObject, required: boolean): readonly Setting[] {
  const variants = listOf(property['oneOf']).map(objectOf);
  if (variants.length === 0) return [setting(name, property, required)];
  const members = new Map<string, JsonObject>();
  for (const [member, one] of variants.flatMap((variant) =>
    Object.entries(objectOf(variant['properties'])),
  )) {
    members.set(member, merged(members.get(member), objectOf(one)));
  }
  return [...members].map(([member, one]) => setting(`${name}.${member}`, one, false));
}

/** A `const` in each variant makes a choice of all of them. */
function merged(before: JsonObject | undefined, next: JsonObject): JsonObject {
  if (next['const'] === undefined) return before ?? next;
  return { ...next, enum: [...listOf(before?.['enum']), next['const']] };
}

function setting(name: string, property: JsonObject, required: boolean): Setting {
  return {
    name,
    type: name.endsWith('_date') ? 'date' : String(property['type']),
    title: String(property['title'] ?? name),
    description: String(property['description'] ?? property['title'] ?? ''),
    required,
    secret: property['airbyte_secret'] === true,
    choices: listOf(property['enum']).map(String),
    default: property['default'],
    variable: `TAP_DYNAMICS365_${name.replaceAll('.', '_').toUpperCase()}`,
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
