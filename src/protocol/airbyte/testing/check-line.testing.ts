import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { airbyteMessageSchema } from './message-schema.testing.ts';

const ajv = formats.default(new Ajv({ discriminator: true, strict: false, allErrors: true }));
const validate = ajv.compile(airbyteMessageSchema);

/** Throws unless the line (without its end) is a message of a source in Airbyte protocol 0.18.0; returns it parsed. */
function checkAirbyteLine(line: string): Record<string, unknown> {
  const message: unknown = JSON.parse(line);
  if (!validate(message)) throw new Error(`${ajv.errorsText(validate.errors)}\n${line.slice(0, 500)}`);
  const state = typeof message === 'object' && message !== null && 'state' in message;
  if (state && !/"recordCount":\d+\.0\b/.test(line))
    throw new Error(`recordCount has no decimal point: ${line}`);
  return message as Record<string, unknown>;
}

/** Checks every line of an output. Throws unless the last one is ended. */
export function checkAirbyteOutput(output: string): readonly Record<string, unknown>[] {
  if (output === '') return [];
  if (!output.endsWith('\n')) throw new Error('the last line is not ended');
  return output.slice(0, -1).split('\n').map(checkAirbyteLine);
}
