import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import type { Pool } from '../core/pool.ts';
import { brokenOff, exceeds, tooLarge } from './body.ts';

/** One GET, byte for byte. */
export interface Outgoing {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds without a byte after which it is given up. */
  readonly idle: number;
  readonly signal: AbortSignal | undefined;
}

/** An answer whose body has not been read yet. Read it, or call `abandon`. */
export interface Incoming {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As it came over the wire. Ends with an error when it stalls or breaks off. */
  readonly body: AsyncIterable<Buffer>;
  abandon(): void;
}

/** Nothing came for too long. */
export class Stalled extends Error {
  readonly code = 'stalled';
}

/**
 * Sends one request and resolves when the headers have come. Redirects are not followed and cookies not kept: the
 * bearer token goes nowhere else, and without the affinity cookie requests spread over the service's servers.
 */
export async function exchange(dispatcher: Dispatcher, out: Outgoing, clock: Clock): Promise<Incoming> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(out.signal?.reason);
  if (out.signal?.aborted) onAbort();
  out.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.timer(out.idle, () => stop.abort(new Stalled(`no byte for ${out.idle / 1_000} s`)));
  const settle = () => {
    timer.cancel();
    out.signal?.removeEventListener('abort', onAbort);
  };
  try {
    const { origin, path, headers } = out;
    // Timeouts are ours: undici's are coarse, and tests bring their own clock.
    const answer = await dispatcher.request({
      origin,
      path,
      method: 'GET',
      headers,
      signal: stop.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    timer.refresh();
    async function* body(): AsyncGenerator<Buffer> {
      try {
        for await (const chunk of answer.body) {
          timer.refresh();
          yield chunk;
        }
      } finally {
        settle();
      }
    }
    return {
      status: answer.statusCode,
      headers: joined(answer.headers),
      body: body(),
      abandon: () => {
        settle();
        answer.body.on('error', () => {}).destroy();
      },
    };
  } catch (error) {
    settle();
    throw error;
  }
}

/** Room for a body whose length is not told. */
const FIRST_ROOM = 64 << 10;
const GROWTH = 4;

/** The whole body, in memory out of the pool: each part goes to its place as it comes, so that none of them is kept. */
export async function collect(incoming: Incoming, pool: Pool): Promise<Buffer> {
  const told = Number(incoming.headers['content-length'] ?? Number.NaN);
  const known = Number.isSafeInteger(told) && !exceeds(told);
  let place = pool.take(known ? told : FIRST_ROOM);
  let length = 0;
  try {
    for await (const chunk of incoming.body) {
      if (exceeds(length + chunk.length)) throw tooLarge();
      if (length + chunk.length > place.length) {
        const larger = pool.take(GROWTH * (length + chunk.length));
        place.copy(larger, 0, 0, length);
        pool.give(place);
        place = larger;
      }
      chunk.copy(place, length);
      length += chunk.length;
    }
  } finally {
    incoming.abandon();
  }
  if (known && length !== told) throw brokenOff(undefined);
  return place.subarray(0, length);
}

/** Repeated headers joined: the service sends several of them twice. */
function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
