import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

const ajv = new Ajv({ allErrors: true, discriminator: true, strict: false, verbose: true });
const compiled = new WeakMap<object, ValidateFunction>();

/** Everything that is wrong with a value, one sentence each; nothing where it fits the JSON Schema. `what` names the value. */
export function problemsWith(value: unknown, schema: object, what: string): string[] {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = ajv.compile(schema);
    compiled.set(schema, check);
  }
  if (check(value)) return [];
  return [...new Set((check.errors ?? []).map((error) => explain(error, what)))];
}

function explain(error: ErrorObject, what: string): string {
  const place = `${what}${error.instancePath.replaceAll('/', '.').replace(/\.(\d+)/g, '[$1]')}`;
  switch (error.keyword) {
    case 'additionalProperties':
      return `${place} has an unknown key "${error.params['additionalProperty']}"; known are ${known(error)}`;
    case 'required':
      return `${place} lacks "${error.params['missingProperty']}"`;
    case 'enum':
      return `${place} must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}`;
    case 'const':
      return `${place} must be ${JSON.stringify(error.params['allowedValue'])}`;
    case 'discriminator': {
      const tag = String(error.params['tag']);
      return `${place}.${tag} must be one of ${tagged(error, tag).join(', ')}`;
    }
    default:
      return `${place} ${error.message ?? 'is not right'}`;
  }
}

const known = ({ parentSchema }: ErrorObject): string =>
  Object.keys((parentSchema?.['properties'] as object | undefined) ?? {}).join(', ');

function tagged({ parentSchema }: ErrorObject, tag: string): unknown[] {
  const branches = (parentSchema?.['oneOf'] ?? []) as { properties?: Record<string, { const?: unknown }> }[];
  return branches.map((branch) => branch.properties?.[tag]?.const);
}
