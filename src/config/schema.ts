import { readFileSync } from 'node:fs';
import type { JsonObject } from '../core/json.ts';

/** The JSON Schema (draft-07) of the configuration, the same for both protocols. Read when asked for: start-up time counts. */
export function configSchema(): JsonObject {
  return JSON.parse(readFileSync(new URL('./spec.json', import.meta.url), 'utf8')) as JsonObject;
}
