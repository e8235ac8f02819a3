/**
 * JSON Schema (draft-07) of the messages that a source writes, Airbyte protocol 0.18.0 (airbyte_protocol.yaml). Stricter than
 * the original: unknown members are refused, so that a misspelt one is found, and each message carries its own payload alone.
 */
export const airbyteMessageSchema = {
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: [
    message(
      'RECORD',
      'record',
      closed(
        {
          stream: name(),
          namespace: nullable('string'),
          emitted_at: { type: 'integer', minimum: 1 },
          data: { type: 'object', minProperties: 1 },
          meta: closed({
            changes: list(
              closed({
                field: name(),
                change: { enum: ['NULLED', 'TRUNCATED'] },
                reason: {
                  enum: [
                    'SOURCE_RECORD_SIZE_LIMITATION',
                    'SOURCE_FIELD_SIZE_LIMITATION',
                    'SOURCE_SERIALIZATION_ERROR',
                    'SOURCE_RETRIEVAL_ERROR',
                  ],
                },
              }),
            ),
          }),
        },
        ['stream', 'emitted_at', 'data'],
      ),
    ),
    message(
      'STATE',
      'state',
      closed({
        type: { const: 'STREAM' },
        stream: closed({
          stream_descriptor: descriptor(),
          stream_state: { type: 'object', minProperties: 1 },
        }),
        sourceStats: closed({ recordCount: { type: 'number', minimum: 0 } }),
      }),
    ),
    message(
      'LOG',
      'log',
      closed(
        {
          level: { enum: ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] },
          message: { type: 'string' },
          stack_trace: { type: 'string' },
        },
        ['level', 'message'],
      ),
    ),
    message('TRACE', 'trace', trace()),
    message(
      'SPEC',
      'spec',
      closed(
        {
          connectionSpecification: { type: 'object', required: ['type', 'properties'] },
          documentationUrl: { type: 'string', format: 'uri' },
          changelogUrl: { type: 'string', format: 'uri' },
          protocol_version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
          supportsIncremental: { type: 'boolean' },
          advanced_auth: { type: 'object' },
        },
        ['connectionSpecification', 'documentationUrl', 'protocol_version'],
      ),
    ),
    message(
      'CONNECTION_STATUS',
      'connectionStatus',
      closed(
        {
          status: { enum: ['SUCCEEDED', 'FAILED'] },
          message: { type: 'string' },
        },
        ['status'],
      ),
    ),
    message('CATALOG', 'catalog', closed({ streams: list(stream()) })),
  ],
};

function trace() {
  const emitted_at = { type: 'number', minimum: 0 };
  return {
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: [
      closed({
        type: { const: 'ERROR' },
        emitted_at,
        error: closed(
          {
            message: { type: 'string', minLength: 1, maxLength: 50_000 },
            internal_message: { type: 'string', maxLength: 50_000 },
            stack_trace: { type: 'string', maxLength: 100_000 },
            failure_type: { enum: ['system_error', 'config_error', 'transient_error'] },
            stream_descriptor: descriptor(),
          },
          ['message', 'failure_type'],
        ),
      }),
      closed({
        type: { const: 'ESTIMATE' },
        emitted_at,
        estimate: closed(
          {
            name: name(),
            type: { const: 'STREAM' },
            row_estimate: { type: 'integer', minimum: 0 },
            byte_estimate: { type: 'integer', minimum: 0 },
          },
          ['name', 'type'],
        ),
      }),
      closed({
        type: { const: 'STREAM_STATUS' },
        emitted_at,
        stream_status: closed(
          {
            stream_descriptor: descriptor(),
            status: { enum: ['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'] },
            reasons: {
              ...list(
                closed({
                  type: { const: 'RATE_LIMITED' },
                  rate_limited: closed({ quota_reset: { type: 'integer', minimum: 1 } }),
                }),
              ),
              minItems: 1,
              maxItems: 1,
            },
          },
          ['stream_descriptor', 'status'],
        ),
      }),
    ],
  };
}

function stream() {
  return closed(
    {
      name: name(),
      namespace: nullable('string'),
      json_schema: {
        type: 'object',
        required: ['type', 'properties'],
        properties: {
          type: { const: 'object' },
          properties: { type: 'object' },
          required: false,
          additionalProperties: { const: true },
        },
      },
      supported_sync_modes: {
        ...list({ enum: ['full_refresh', 'incremental'] }),
        minItems: 1,
        uniqueItems: true,
      },
      source_defined_cursor: { type: 'boolean' },
      default_cursor_field: list(name()),
      source_defined_primary_key: list(list(name())),
      is_resumable: { type: 'boolean' },
    },
    ['name', 'json_schema', 'supported_sync_modes', 'source_defined_primary_key', 'is_resumable'],
  );
}

function message(type: string, payload: string, schema: object) {
  return closed({ type: { const: type }, [payload]: schema });
}

/** An object with these members alone; all of them are required unless told otherwise. */
function closed(properties: object, required: readonly string[] = Object.keys(properties)) {
  return { type: 'object', properties, required, additionalProperties: false };
}

function list(items: object) {
  return { type: 'array', items };
}

function descriptor() {
  return closed({ name: name(), namespace: nullable('string') }, ['name']);
}

function name() {
  return { type: 'string', minLength: 1 };
}

function nullable(type: string) {
  return { type: ['null', type] };
}
