import type { Message } from '../support/program.ts';

/** The SCHEMA message of each stream; the last one where there are several. */
export function schemasIn(messages: readonly Message[]): ReadonlyMap<string, Message> {
  return new Map(
    messages.filter(({ type }) => type === 'SCHEMA').map((message) => [message['stream'], message]),
  );
}

/** The value of the last STATE; undefined where there is none. */
export function lastState(messages: readonly Message[]): Message | undefined {
  return messages.findLast(({ type }) => type === 'STATE')?.['value'];
}
