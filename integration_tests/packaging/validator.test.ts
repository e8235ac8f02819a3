import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileSchema } from '../../src/config/compile.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { JsonObject } from '../../src/core/json.ts';

const built = join(import.meta.dirname, '../../dist/config/spec.validator.js');

it('the validator that the build leaves says of any settings what ajv says of them', async () => {
  const prepared: { readonly default: ValidateFunction } = await import(built);
  const fresh = await compileSchema(configSchema());
  const said = (validate: ValidateFunction, settings: JsonObject) => {
    const filled: unknown = structuredClone(settings);
    return { valid: validate(filled), errors: validate.errors, filled };
  };
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      '',
      'org12345.crm.dynamics.com',
      '2024-01-01T00:00:00Z',
      'all',
      0,
      -1,
      5000.5,
      true,
      null,
    ),
    fc.constant(['accounts', '']),
    fc.constant([{ table: 'accounts', include: ['name'], strategy: 'full', filter: '' }, {}]),
    fc.record({
      auth_type: fc.constantFrom('client_secret', 'certificate', 'other'),
      client_id: fc.string(),
    }),
  );
  const names = [...Object.keys(configSchema()['properties'] ?? {}), 'unknown'];
  const settings = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 });
  fc.assert(
    fc.property(settings, (given) => {
      const some = given as JsonObject;
      expect(said(prepared.default, some)).toEqual(said(fresh, some));
    }),
    { numRuns: 500 },
  );
});
