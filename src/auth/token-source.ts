import type { Dispatcher } from 'undici';
import type { Config } from '../config/types.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Redactor } from '../core/redact.ts';
import { signIn } from './sign-in.ts';
import type { SignedIn, TokenSource } from './types.ts';

/** Renew this long before the end, so that a request under way does not outlive its token. */
const marginMilliseconds = 5 * 60_000;

/** What `tokenSource` may be told besides. */
export interface TokenOptions {
  readonly clock?: Clock;
  /** Learns each token that was got, to mask it in output. */
  readonly redact?: Redactor | undefined;
  /** Gets a token; default: from Microsoft Entra ID. */
  readonly acquire?: () => Promise<SignedIn>;
}

/** Tokens for the environment of `config`, got when first asked for, over the same dispatcher as the data. */
export function tokenSource(config: Config, dispatcher: Dispatcher, options: TokenOptions = {}): TokenSource {
  const clock = options.clock ?? systemClock;
  const acquire = options.acquire ?? signIn(config, dispatcher, options.redact);
  let current: { readonly token: string; readonly renewAt: number } | undefined;
  let underWay: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const { token, lifetimeMilliseconds } = await acquire();
    options.redact?.add(token);
    const margin = Math.min(marginMilliseconds, lifetimeMilliseconds / 5);
    current = { token, renewAt: clock.now() + lifetimeMilliseconds - margin };
    return token;
  }

  /** However many ask, one request is made. */
  function renewOnce(): Promise<string> {
    underWay ??= renew().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  return {
    token: async () => (current !== undefined && clock.now() < current.renewAt ? current.token : renewOnce()),
    refresh: async (rejected) => {
      // Another request that was refused earlier may have renewed it meanwhile.
      const renewed = current !== undefined && rejected !== undefined && current.token !== rejected;
      return renewed && current !== undefined && clock.now() < current.renewAt ? current.token : renewOnce();
    },
  };
}
