import { existsSync } from 'node:fs';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { compileSchema } from './compile.ts';
import { authTypes } from './schema.ts';

/** One thing wrong with the configuration. `message` is a whole sentence and holds no value of the user's. */
export interface Problem {
  readonly setting: string;
  readonly message: string;
}

/** Every way in which the settings break the schema. Fills in defaults. */
export async function validate(settings: JsonObject, schema: JsonObject): Promise<readonly Problem[]> {
  const valid = await validatorOf(schema);
  if (valid(settings)) return [];
  const types = authTypes(schema);
  const chosen = chosenVariant(settings, types);
  return (valid.errors ?? [])
    .filter((error) => concerns(error, chosen))
    .map((error) => problem(error, types));
}

/** The validator as the build left it; where nothing is built, compiled now. */
async function validatorOf(schema: JsonObject): Promise<ValidateFunction> {
  const built = new URL('./spec.validator.js', import.meta.url);
  if (!existsSync(built)) return compileSchema(schema);
  const module: { readonly default: ValidateFunction } = await import(built.href);
  return module.default;
}

/** The place of the way to sign in among those of the schema; -1 when none was chosen, or an unknown one. */
function chosenVariant(settings: JsonObject, types: readonly string[]): number {
  const credentials = settings['credentials'];
  return isJsonObject(credentials ?? null)
    ? types.indexOf(String((credentials as JsonObject)['auth_type']))
    : -1;
}

/**
 * Of the ways to sign in, only the one that was chosen is worth complaining about; ajv reports them all. When none was
 * chosen, the `oneOf` itself is.
 */
function concerns(error: ErrorObject, chosen: number): boolean {
  const aboutVariants = error.schemaPath.startsWith('#/properties/credentials/oneOf');
  if (!aboutVariants) return true;
  if (chosen === -1) return error.keyword === 'oneOf';
  return error.schemaPath.startsWith(`#/properties/credentials/oneOf/${chosen}/`);
}

function problem(error: ErrorObject, types: readonly string[]): Problem {
  const missing = error.keyword === 'required' ? `/${String(error.params['missingProperty'])}` : '';
  const setting = nameOf(error.instancePath + missing);
  return { setting, message: `${setting} ${complaint(error, types)}.` };
}

function complaint(error: ErrorObject, types: readonly string[]): string {
  switch (error.keyword) {
    case 'required':
      return 'is missing';
    case 'type':
      return `must be ${article(String(error.params['type']))}`;
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as readonly string[]).join(', ')}`;
    case 'oneOf':
      return `must name one way to sign in: auth_type must be one of ${types.join(', ')}`;
    case 'pattern':
      return `must look like ${String(error.parentSchema?.['pattern_descriptor'] ?? error.params['pattern'])}`;
    case 'minLength':
      return 'must not be empty';
    default:
      return error.message ?? 'is not valid';
  }
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

/** `/columns/0/table` as `columns[0].table`. */
function nameOf(path: string): string {
  return (
    path
      .slice(1)
      .replace(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.') || 'The configuration'
  );
}
