import type { WaitListener } from '../types.ts';

/** The gate that a 429 closes for everybody, and who has been told of a wait. Times in milliseconds. */
export interface Gate {
  /** How long from `now` until it opens; 0 when it is open. */
  closedFor(now: number): number;
  /** It was closed, and nobody has got through since. */
  readonly untried: boolean;
  /** From its first closing until it opens again, nobody having got through: how long it keeps everybody waiting. */
  readonly shutFor: number;
  /** Somebody got through. */
  passed(): void;
  /** Somebody who had waited did not get through. */
  failed(): void;
  /** Closes it for so long, and a little longer each time that waiting did not help; unless it is closed for longer already. */
  close(wait: number, reason: string, now: number): void;
  /** Tells the streams that they wait for the gate. */
  tell(streams: Iterable<string>, now: number): void;
  /** Tells the streams that they wait for something else, each no more than once a minute. */
  tellOther(streams: Iterable<string>, wait: number, reason: string, now: number): void;
}

const tellEvery = 60_000;
const addition = 1_000;
const longestAddition = 60_000;

export function gate(onWait: WaitListener): Gate {
  let opensAt = Number.NEGATIVE_INFINITY;
  let because = '';
  let untried = false;
  let shutAt = 0;
  let failures = 0;
  /** Streams, and until when they need not be told again. */
  const told = new Map<string, number>();

  function tell(streams: Iterable<string>, wait: number, reason: string, now: number, until: number): void {
    for (const stream of streams) {
      if ((told.get(stream) ?? Number.NEGATIVE_INFINITY) > now) continue;
      told.set(stream, until);
      onWait(stream, Math.ceil(wait / 1_000), reason);
    }
  }

  return {
    closedFor: (now) => Math.max(0, opensAt - now),
    get untried() {
      return untried;
    },
    get shutFor() {
      return untried ? opensAt - shutAt : 0;
    },
    passed() {
      untried = false;
      failures = 0;
    },
    failed() {
      failures += 1;
    },
    close(asked, reason, now) {
      if (!untried) shutAt = now;
      untried = true;
      // Others who wait for the same come back at the same time, and the service lets nobody in while somebody keeps asking.
      const wait = asked + (failures === 0 ? 0 : Math.min(longestAddition, addition * 2 ** failures));
      if (now + wait <= opensAt) return;
      opensAt = now + wait;
      because = reason;
      told.clear();
    },
    tell: (streams, now) => tell(streams, opensAt - now, because, now, opensAt),
    tellOther: (streams, wait, reason, now) =>
      tell(streams, wait, reason, now, now + Math.max(wait, tellEvery)),
  };
}
