import { ConnectorError } from '../core/errors.ts';

/**
 * The JSON value in a state file. A file of several lines is a state log, as `target | tee state.log` leaves it: its last
 * complete line counts, since a killed run may have left half a line at the end. An empty file is no state.
 */
export function readStateText(state: unknown): unknown {
  if (typeof state !== 'string') return state;
  const text = state.replace(/^\uFEFF/, '').trim();
  if (text === '') return undefined;
  const whole = parse(text);
  if (whole !== undefined) return whole.value;
  for (const line of text.split(/\r?\n/).reverse()) {
    const found = line.trim() === '' ? undefined : parse(line);
    if (found !== undefined && typeof found.value === 'object') return found.value;
  }
  throw new ConnectorError(
    'config',
    'The state file is not JSON. Give the state that the last run wrote, or none to start from the beginning.',
  );
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
