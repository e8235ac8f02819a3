import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** What is wrong with a record, in ajv's words; empty when nothing is. */
export type RecordCheck = (record: unknown) => string;

/** RFC 3339, its zone optional: wall clocks (Time zone independent) have none. */
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/;
const isDateTime = (text: string): boolean => dateTime.test(text) && !Number.isNaN(Date.parse(text));

const ajv = formats.default(new Ajv({ strict: false, allErrors: true, validateFormats: true }));
ajv.addFormat('date-time', { type: 'string', validate: isDateTime });
// Airbyte: Supported data types. Where a schema says which of the two a date-time is, the zone is no longer optional.
ajv.addKeyword({
  keyword: 'airbyte_type',
  validate: (type: string, value: unknown) => typeof value !== 'string' || zoneFits(type, value),
});

function zoneFits(type: string, value: string): boolean {
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(value);
  if (type === 'timestamp_with_timezone') return zoned;
  return type !== 'timestamp_without_timezone' || !zoned;
}

/**
 * The check of records against a schema as it was emitted: types, formats and no member that the schema does not have.
 * Throws where the schema itself is none, or says nothing of its members.
 */
export function recordCheck(schema: Readonly<Record<string, unknown>>): RecordCheck {
  if (!ajv.validateSchema(schema)) throw new Error(ajv.errorsText());
  if (typeof schema['properties'] !== 'object') throw new Error('a schema without properties');
  const validate: ValidateFunction = ajv.compile({ ...schema, additionalProperties: false });
  return (record) => (validate(record) ? '' : ajv.errorsText(validate.errors));
}
