import type { IncomingHttpHeaders } from 'node:http';
import type { Strike } from './faults/types.ts';
import type { Work } from './limits/cost.ts';

/** A request after its body was read. */
export interface Request {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Scheme and host that the client used, for links in answers: `https://localhost:1234`. */
  readonly origin: string;
  /** The request is a part of a batch: its URL may be longer, and its answer is not compressed. */
  readonly insideBatch?: boolean;
  /** Virtual time of arrival. */
  readonly at: number;
}

/** An answer before compression. Headers are pairs, since the service repeats some. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
  /** The body is gzip already. */
  readonly compressed?: boolean;
  /** What it took to read the rows, where rows were read. */
  readonly work?: Work | undefined;
  /** From the front end, not from the service: it carries none of the service's headers. */
  readonly bare?: boolean;
  /** The fault that damages this answer on its way. */
  readonly strike?: Strike | undefined;
}

export const header = (request: Request, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

export const acceptsGzip = (request: Request): boolean =>
  /\bgzip\b/.test(header(request, 'accept-encoding') ?? '');

export const acceptsBrotli = (request: Request): boolean =>
  /\bbr\b/.test(header(request, 'accept-encoding') ?? '');

export const plainJson = (status: number, body: unknown, headers: Reply['headers'] = []): Reply => ({
  status,
  headers: [['Content-Type', 'application/json; charset=utf-8'], ...headers],
  body: JSON.stringify(body),
});
