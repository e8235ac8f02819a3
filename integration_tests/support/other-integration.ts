import { plainClient } from '../../src/simulator/client.testing.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import type { Tally } from './service-use.ts';
import type { SharedTime } from './shared-time.ts';

/** Somebody else who uses the environment as the same user. */
export interface OtherIntegration {
  /** Ends it; what it did, and the seconds of execution time that it used. */
  stop(): Promise<Tally & { readonly seconds: number }>;
}

/** Keeps `atATime` requests for a set at work. Obeys `Retry-After`, and asks again at once otherwise. */
export async function otherIntegration(
  { ready }: Simulator,
  { clock, watch }: SharedTime,
  set: string,
  atATime: number,
): Promise<OtherIntegration> {
  const client = await plainClient(ready, true, watch);
  const stop = new AbortController();
  const did = { requests: 0, refused: 0, seconds: 0 };
  const ask = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const askedAt = clock.now();
      const { status, header } = await client.get(set);
      did.requests += 1;
      did.seconds += (clock.now() - askedAt) / 1000;
      if (status !== 429) continue;
      did.refused += 1;
      await clock.sleep(Number(header('retry-after')) * 1000, stop.signal).catch(() => undefined);
    }
  };
  const asking = Array.from({ length: atATime }, ask);
  return {
    async stop() {
      stop.abort();
      await Promise.all(asking);
      await client.close();
      return did;
    },
  };
}
