import type { Budget } from '../core/budget.ts';
import type { Pool } from '../core/pool.ts';

/** The environment's addresses. `base` ends with a slash: `https://org.crm.dynamics.com/api/data/v9.2/`. */
export interface Environment {
  readonly host: string;
  readonly origin: string;
  readonly base: string;
}

/** A GET request. Retries, throttling, sign-in and the origin check are the client's business. */
export interface Request {
  /** Relative to `base` (`accounts?$select=name`), or an absolute link from an answer, followed byte for byte. */
  readonly url: string;
  /** The stream (or purpose) it is for: fairness between streams, and error messages. */
  readonly stream: string;
  /** Values of the `Prefer` header, e.g. `odata.maxpagesize=5000`. */
  readonly prefer?: readonly string[];
  /** Default `application/json`. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Memory for the decompressed answer: it is decompressed when there is room, and the room is the caller's to give back. */
  readonly budget?: Budget;
  /** Where the memory of the body comes from; give it back there when it has been read. */
  readonly pool?: Pool;
}

/** A whole answer with status 200, its body already decompressed. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From sending to the last byte, the last attempt only. */
  readonly milliseconds: number;
  /** Gives the room in the request's budget back, once the body and what was made of it are no longer needed. */
  readonly release: () => void;
}

/** Told when the service makes a stream wait (429 or a closed gate). */
export type WaitListener = (stream: string, seconds: number, reason: string) => void;

/** The Web API of one environment. Every method throws `ConnectorError`. */
export interface Client {
  readonly environment: Environment;
  /** One whole answer. */
  get(request: Request): Promise<Answer>;
  /** What `read` makes of the body as it arrives, decompressed: for `$metadata`. It is called anew for each attempt. */
  stream<T>(request: Request, read: (chunks: AsyncIterable<Buffer>) => Promise<T>): Promise<T>;
  /** Concurrency that the limits room allows right now, for the engine to size its workers. */
  readonly concurrency: number;
  /** The time by the service's clock, in milliseconds since 1970. */
  now(): number;
  /** Requests sent so far, retries included (entitlement report). */
  readonly requests: number;
  close(): Promise<void>;
}
