import type { ValidateFunction } from 'ajv';
import type { JsonObject } from '../core/json.ts';

/** Compiles the schema of the configuration with ajv; the validator fills in defaults and tells everything that is wrong. */
export async function compileSchema(schema: JsonObject): Promise<ValidateFunction> {
  const { Ajv } = await import('ajv');
  return new Ajv(options).compile(schema);
}

/**
 * The same as the source of a module that exports the validator. The build leaves it beside this file: loading ajv and
 * compiling takes longer than all other work on the configuration.
 *
 * @public used by scripts/build.mjs
 */
export async function compileToSource(schema: JsonObject): Promise<string> {
  const { Ajv } = await import('ajv');
  const { default: standalone } = await import('ajv/dist/standalone/index.js');
  const ajv = new Ajv({ ...options, code: { source: true, esm: true } });
  const requires =
    "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n";
  return requires + standalone.default(ajv, ajv.compile(schema));
}

const options = {
  allErrors: true,
  useDefaults: true,
  strict: false,
  verbose: true,
  // The schema is our own, and tested; checking it and polishing the code for one use took 70 ms in place of 30.
  meta: false,
  validateSchema: false,
  code: { optimize: false },
} as const;
