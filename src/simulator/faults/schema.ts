const whole = { type: 'integer', minimum: 0 } as const;
const positive = { type: 'integer', minimum: 1 } as const;

const target = {
  on: { type: 'string', minLength: 1 },
  page: positive,
  pageSizeOver: whole,
  after: whole,
  times: { oneOf: [positive, { const: 'always' }] },
};

const kind = (name: string, settings: Readonly<Record<string, object>> = {}, required: string[] = []) => ({
  type: 'object',
  properties: { ...target, kind: { const: name }, ...settings },
  required: ['on', 'kind', ...required],
  additionalProperties: false,
});

/** JSON Schema of a scripted fault (`types.ts`). */
export const faultSchema = {
  type: 'object',
  required: ['on', 'kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    kind(
      'status',
      {
        status: { type: 'integer', minimum: 400, maximum: 599 },
        code: { type: 'string' },
        message: { type: 'string' },
        retryAfter: whole,
      },
      ['status'],
    ),
    kind('gateway_page', { status: { enum: [502, 503, 504] } }),
    kind('expired_token'),
    kind('reset_before_headers'),
    kind('reset_mid_body'),
    kind('close_mid_body'),
    kind('truncated_gzip'),
    kind('truncated_json'),
    kind('malformed_json'),
    kind('garbled_json'),
    kind('stall_before_headers', { milliseconds: positive }),
    kind('stall_mid_body', { milliseconds: positive }),
    kind('slow_body', { bytesPerSecond: positive }, ['bytesPerSecond']),
  ],
};
