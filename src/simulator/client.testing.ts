import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, request } from 'undici';
import type { Ready } from './index.ts';

/** A plain HTTP client, for tests that look at the wire. */
export interface PlainClient {
  readonly get: (path: string, headers?: Record<string, string>) => Promise<PlainAnswer>;
  readonly send: (
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ) => Promise<PlainAnswer>;
  readonly token: (form?: Record<string, string>, tenant?: string) => Promise<PlainAnswer>;
  readonly close: () => Promise<void>;
}

export interface PlainAnswer {
  readonly status: number;
  /** Pairs as they came, repeated headers included; names as written. */
  readonly raw: readonly (readonly [string, string])[];
  readonly header: (name: string) => string | undefined;
  readonly text: string;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape
  readonly json: any;
}

/**
 * Signs in and calls; paths are relative to `/api/data/v9.2/`, or whole links, used byte for byte. `around` may look at what is
 * sent.
 */
export async function plainClient(
  ready: Ready,
  signedIn = true,
  around: (dispatcher: Dispatcher) => Dispatcher = (dispatcher) => dispatcher,
): Promise<PlainClient> {
  const agent = new Agent({ connect: { ca: readFileSync(ready.ca_file) } });
  const dispatcher = around(agent);
  const send = async (method: string, url: string, headers: Record<string, string>, body?: string) => {
    const answer = await request(url, {
      dispatcher,
      method: method as 'GET',
      headers,
      responseHeaders: 'raw',
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return plainAnswer(answer.statusCode, answer.headers as unknown as string[], bytes);
  };
  const token: PlainClient['token'] = (form = {}, tenant = ready.tenant_id) =>
    send(
      'POST',
      `${ready.authority_host}/${tenant}/oauth2/v2.0/token`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: ready.client_id,
        client_secret: ready.client_secret,
        scope: `https://${ready.environment_url}/.default`,
        ...form,
      }).toString(),
    );
  const bearer = signedIn ? { authorization: `Bearer ${(await token()).json.access_token}` } : {};
  const urlOf = (path: string): string =>
    /^https?:/.test(path)
      ? path
      : `https://${ready.environment_url}/api/data/v9.2/${path.replaceAll(' ', '%20')}`;
  return {
    get: (path, headers = {}) => send('GET', urlOf(path), { ...bearer, ...headers }),
    send: (method, path, headers = {}, body) => send(method, urlOf(path), { ...bearer, ...headers }, body),
    token,
    close: () => agent.close(),
  };
}

function plainAnswer(status: number, flat: readonly (string | Buffer)[], bytes: Buffer): PlainAnswer {
  const raw: [string, string][] = [];
  for (let at = 0; at < flat.length; at += 2) raw.push([String(flat[at]), String(flat[at + 1])]);
  const text = bytes.toString('utf8');
  return {
    status,
    raw,
    header: (name) => raw.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1],
    text,
    bytes,
    get json() {
      return JSON.parse(text);
    },
  };
}
