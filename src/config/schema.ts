import { readFileSync } from 'node:fs';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { type Secret, secret } from '../core/secret.ts';

/** The JSON Schema (draft-07) of the configuration, the same for both protocols. Read when asked for: start-up time counts. */
export function configSchema(): JsonObject {
  return JSON.parse(readFileSync(new URL('./spec.json', import.meta.url), 'utf8')) as JsonObject;
}

/** The schema's description of each setting. */
export function propertiesOf(schema: JsonObject): Readonly<Record<string, JsonObject>> {
  return schema['properties'] as Readonly<Record<string, JsonObject>>;
}

/** Every setting that the environment can give, members of objects as `credentials.auth_type`. */
export function settingNames(schema: JsonObject): readonly string[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, property]) => [
    name,
    ...variantsOf(property).flatMap((variant) => Object.keys(variant).map((member) => `${name}.${member}`)),
  ]);
}

/** The values of `auth_type`, in the order of the schema's `oneOf`. */
export function authTypes(schema: JsonObject): readonly string[] {
  const credentials = propertiesOf(schema)['credentials'];
  return variantsOf(credentials ?? null).map(({ auth_type: type }) =>
    isJsonObject(type ?? null) ? String((type as JsonObject)['const']) : '',
  );
}

/** Settings of other connectors that are secret, though no schema of ours says so. */
const foreignSecrets = ['client_secret_value', 'refresh_token', 'password'];

/** The secret values among the settings: what the schema marks as `airbyte_secret`, and those under foreign names. */
export function secretsIn(settings: JsonObject, schema: JsonObject): readonly Secret[] {
  const values = foreignSecrets.map((name) => settings[name]);
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const value = settings[name];
    if (isSecret(property)) values.push(value);
    if (value === undefined || !isJsonObject(value)) continue;
    for (const variant of variantsOf(property)) {
      for (const [member, description] of Object.entries(variant)) {
        if (isSecret(description)) values.push(value[member]);
      }
    }
  }
  return values.filter((value): value is string => typeof value === 'string' && value !== '').map(secret);
}

const isSecret = (property: Json) => isJsonObject(property) && property['airbyte_secret'] === true;

/** The members of each alternative of an object. */
function variantsOf(property: Json): readonly JsonObject[] {
  const oneOf = isJsonObject(property) ? property['oneOf'] : undefined;
  return Array.isArray(oneOf) ? oneOf.map((variant: JsonObject) => variant['properties'] as JsonObject) : [];
}
