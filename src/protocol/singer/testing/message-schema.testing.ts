/**
 * JSON Schema (draft-07) of the messages of a Singer tap (SPEC.md of singer-io/getting-started, and ACTIVATE_VERSION as targets
 * know it). Stricter than the specification where targets are: upper case, a root of type object with `properties`, a zone in
 * `time_extracted`, and no unknown members.
 */
export const singerMessageSchema = {
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: [
    closed(
      {
        type: { const: 'SCHEMA' },
        stream: { type: 'string', pattern: '^[a-z0-9_]+$' },
        schema: {
          type: 'object',
          required: ['type', 'properties'],
          properties: {
            type: { enum: ['object', ['object'], ['null', 'object']] },
            properties: { type: 'object', additionalProperties: { type: 'object' } },
          },
        },
        key_properties: { type: 'array', items: { type: 'string' }, uniqueItems: true },
        bookmark_properties: { type: 'array', items: { type: 'string' }, minItems: 1 },
      },
      ['type', 'stream', 'schema', 'key_properties'],
    ),
    closed(
      {
        type: { const: 'RECORD' },
        stream: { type: 'string', minLength: 1 },
        record: { type: 'object', minProperties: 1 },
        time_extracted: { type: 'string', format: 'date-time', pattern: 'Z$' },
        version: { type: 'integer', minimum: 1 },
      },
      ['type', 'stream', 'record', 'time_extracted'],
    ),
    closed({
      type: { const: 'STATE' },
      value: {
        type: 'object',
        required: ['bookmarks', 'currently_syncing'],
        properties: {
          bookmarks: { type: 'object' },
          currently_syncing: { type: ['null', 'string'] },
        },
      },
    }),
    closed({
      type: { const: 'ACTIVATE_VERSION' },
      stream: { type: 'string', minLength: 1 },
      version: { type: 'integer', minimum: 1 },
    }),
  ],
};

/** An object with these members alone; all of them are required unless told otherwise. */
function closed(properties: object, required: readonly string[] = Object.keys(properties)) {
  return { type: 'object', properties, required, additionalProperties: false };
}
