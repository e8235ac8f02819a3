import type { Dispatcher } from 'undici';
import type { Time } from '../../src/simulator/index.ts';
import { countRequests, type Flight } from './in-flight.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** An answer that the simulator worked on, in milliseconds. */
export interface Work {
  readonly began: number;
  readonly took: number;
}

/** One virtual time for both sides: what the simulator's answers take passes for the connector, too, and takes no time. */
export interface SharedTime {
  readonly clock: VirtualClock;
  /** For the simulator. */
  readonly time: Time;
  /** What the simulator worked so far: its execution time, when latency is `modelled`. */
  readonly work: readonly Work[];
  /** Requests go this way, so that time stands still while they are on it. */
  watch(dispatcher: Dispatcher): Dispatcher;
}

export function sharedTime(start: number): SharedTime {
  const flights: Flight[] = [];
  const work: Work[] = [];
  let working = 0;
  const clock = virtualClock(start, {
    underWay: () => flights.reduce((sum, flight) => sum + flight.underWay().size, 0),
    // A request that the simulator works on is on no way.
    stalled: () => working,
  });
  return {
    clock,
    time: {
      now: clock.now,
      async sleep(milliseconds) {
        working += 1;
        work.push({ began: clock.now(), took: milliseconds });
        await clock.sleep(milliseconds);
        working -= 1;
      },
    },
    work,
    watch(dispatcher) {
      const flight = countRequests(dispatcher.compose(uncompressed));
      flights.push(flight);
      return flight.dispatcher;
    },
  };
}

/**
 * Asks for bodies as they are: what unpacks them works beside the event loop, unseen, and time must not pass meanwhile just
 * because this machine is slow.
 */
function uncompressed(dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] {
  return (options, handler) => {
    const headers = {
      ...(options.headers as Readonly<Record<string, string>>),
      'accept-encoding': 'identity',
    };
    return dispatch({ ...options, headers }, handler);
  };
}
