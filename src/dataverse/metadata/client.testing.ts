import { ConnectorError } from '../../core/errors.ts';
import type { Log, LogLevel } from '../../core/log.ts';
import type { Client } from '../types.ts';

/** An answer of the fake: a JSON body, or the status of a refusal. */
export type FakeAnswer = object | number;

/** A client that answers from a function, keeps what it was asked, and serves one `$metadata` document. For tests. */
export function fakeClient(
  csdl: string,
  answer: (url: string) => FakeAnswer,
): { readonly client: Client; readonly urls: string[] } {
  const urls: string[] = [];
  const client: Client = {
    environment: { host: 'org', origin: 'https://org', base: 'https://org/api/data/v9.2/' },
    concurrency: 8,
    requests: 0,
    now: () => 0,
    async get({ url }) {
      const decoded = decodeURIComponent(url);
      urls.push(decoded);
      const body = answer(decoded);
      if (typeof body === 'number') {
        const kind = body === 403 ? 'permission' : body >= 500 && body !== 501 ? 'transient' : 'protocol';
        throw new ConnectorError(kind, `status ${body}`, { status: body });
      }
      return {
        status: 200,
        headers: {},
        body: Buffer.from(JSON.stringify(body)),
        milliseconds: 0,
        release: () => undefined,
      };
    },
    stream: (_, read) =>
      read(
        (async function* () {
          yield Buffer.from(csdl);
        })(),
      ),
    async close() {},
  };
  return { client, urls };
}

/** A log that remembers. For tests. */
export function memoryLog(): Log & { readonly lines: { level: LogLevel; message: string }[] } {
  const lines: { level: LogLevel; message: string }[] = [];
  return { lines, log: (level, message) => void lines.push({ level, message }), metric: () => {} };
}
