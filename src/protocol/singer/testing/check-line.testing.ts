import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { singerMessageSchema } from './message-schema.testing.ts';

const ajv = formats.default(new Ajv({ discriminator: true, strict: false, allErrors: true }));
const validate = ajv.compile(singerMessageSchema);

/** Throws unless the line (without its end) is a message of a Singer tap; returns it parsed. */
function checkSingerLine(line: string): Record<string, unknown> {
  const message: unknown = JSON.parse(line);
  if (!validate(message)) throw new Error(`${ajv.errorsText(validate.errors)}\n${line.slice(0, 500)}`);
  return message as Record<string, unknown>;
}

/**
 * Checks every line of an output, and their order: a SCHEMA before the first RECORD of its stream, key columns in the schema
 * and in every record, and no STATE twice in a row. Throws unless the last line is ended.
 */
export function checkSingerOutput(output: string): readonly Record<string, unknown>[] {
  if (output === '') return [];
  if (!output.endsWith('\n')) throw new Error('the last line is not ended');
  const keys = new Map<unknown, readonly string[]>();
  let lastState = '';
  return output
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const message = checkSingerLine(line);
      const { stream } = message;
      if (message['type'] === 'SCHEMA') keys.set(stream, keysOf(message));
      if (message['type'] === 'RECORD') checkKeys(keys.get(stream), message);
      if (message['type'] === 'STATE') {
        if (line === lastState) throw new Error(`the same STATE twice: ${line}`);
        lastState = line;
      }
      return message;
    });
}

function keysOf(message: Record<string, unknown>): readonly string[] {
  const { schema, key_properties: keys } = message as {
    schema: { properties: object };
    key_properties: string[];
  };
  const unknown = keys.filter((key) => !Object.hasOwn(schema.properties, key));
  if (unknown.length > 0) throw new Error(`key_properties not in the schema: ${unknown.join(', ')}`);
  return keys;
}

function checkKeys(keys: readonly string[] | undefined, message: Record<string, unknown>): void {
  if (keys === undefined) throw new Error(`RECORD of ${message['stream']} before its SCHEMA`);
  const record = message['record'] as Record<string, unknown>;
  const empty = keys.filter((key) => record[key] === undefined || record[key] === null);
  if (empty.length > 0)
    throw new Error(`RECORD of ${message['stream']} without its key: ${empty.join(', ')}`);
}
