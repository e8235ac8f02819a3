import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** The access tokens handed out. */
export interface Tokens {
  readonly issue: (clientId: string) => { readonly token: string; readonly seconds: number };
  /** The client a token belongs to; undefined when it is unknown or expired. */
  readonly check: (token: string) => string | undefined;
  readonly expireAll: () => void;
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function createTokens(
  clock: Clock,
  tenantId: string,
  audience: () => string,
  lifetime: number,
): Tokens {
  const issued = new Map<string, { readonly clientId: string; readonly until: number }>();
  return {
    issue: (clientId) => {
      const now = Math.floor(clock.now() / 1000);
      const claims = {
        aud: audience(),
        iss: `https://sts.windows.net/${tenantId}/`,
        iat: now,
        nbf: now,
        exp: now + lifetime,
        appid: clientId,
        tid: tenantId,
        uti: randomUUID(),
      };
      const token = `${base64({ typ: 'JWT', alg: 'RS256' })}.${base64(claims)}.${randomBytes(32).toString('base64url')}`;
      issued.set(token, { clientId, until: clock.now() + lifetime * 1000 });
      return { token, seconds: lifetime };
    },
    check: (token) => {
      const found = issued.get(token);
      if (found === undefined) return undefined;
      if (found.until > clock.now()) return found.clientId;
      issued.delete(token);
      return undefined;
    },
    expireAll: () => issued.clear(),
  };
}
