import type { Output } from '../output/types.ts';
import type { Messages } from '../protocol/protocol.ts';
import type { RunEvent } from '../sync/types.ts';

/** Tells the destination's side, in the protocol's way, that the service makes a stream wait. */
export interface Waits {
  observe(event: RunEvent): void;
  /** How it is told; nothing is told before this is set. */
  tell: Messages['waiting'] | undefined;
}

/** Waits of streams that have begun and not ended: a protocol allows nothing about a stream before or after that. */
export function createWaits(output: Output): Waits {
  const active = new Set<string>();
  const waits: Waits = {
    tell: undefined,
    observe(event) {
      if (event.kind === 'started') active.add(event.stream);
      if (event.kind === 'ended') active.delete(event.stream);
      if (event.kind !== 'waiting' || !waits.tell || !active.has(event.stream)) return;
      const until = new Date(Date.now() + event.seconds * 1000);
      // Nobody waits for this line; a broken output is found by those who write rows.
      output.write(waits.tell(event.stream, { seconds: event.seconds, until })).catch(() => undefined);
    },
  };
  return waits;
}
