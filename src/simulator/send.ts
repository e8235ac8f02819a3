import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gunzipSync, gzip } from 'node:zlib';
import { damagedBytes, damagedText, damagesText } from './faults/damage.ts';
import type { Fault, Strike } from './faults/types.ts';
import { acceptsBrotli, acceptsGzip, type Reply, type Request } from './http.ts';

const compress = promisify(gzip);
const compressBrotli = promisify(brotliCompress);
/** Smaller bodies go out as they are. */
const worthCompressing = 1024;

/** Compresses what is worth it, for clients that can read it; damages the body where a fault wants it. */
export async function encoded(request: Request, reply: Reply, brotli: boolean): Promise<Reply> {
  const fault = reply.strike?.fault;
  const gzipped: readonly [string, string] = ['Content-Encoding', 'gzip'];
  const headers = [...reply.headers, gzipped];
  if (reply.compressed && !damagesText(fault)) {
    return { ...reply, headers, body: damagedBytes(fault, Buffer.from(reply.body)) };
  }
  const plain = reply.compressed ? gunzipSync(reply.body) : reply.body;
  const body = Buffer.from(damagesText(fault) ? damagedText(fault, plain) : plain);
  if (brotli && acceptsBrotli(request) && body.length >= worthCompressing) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
    const packed = await compressBrotli(body, { params });
    return { ...reply, headers: [...reply.headers, ['Content-Encoding', 'br']], body: packed };
  }
  const wanted = body.length >= worthCompressing || fault?.kind === 'truncated_gzip';
  if (!wanted || !acceptsGzip(request)) return { ...reply, body: damagedBytes(fault, body) };
  const packed = await compress(body, { level: constants.Z_BEST_SPEED });
  return { ...reply, headers, body: damagedBytes(fault, packed) };
}

/** One answer on its way to the client. */
export interface Delivery {
  readonly response: ServerResponse;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
  readonly strike: Strike | undefined;
  /** The connection below TLS, which alone can be reset. */
  readonly connection: Socket | undefined;
  /** Aborted when the client is gone. */
  readonly ended: AbortSignal;
}

/** Sends an answer, or as much of it as a fault lets through. */
export async function deliver(delivery: Delivery): Promise<void> {
  const { response, strike, connection, ended } = delivery;
  const fault = strike?.fault;
  const head = (): unknown => {
    response.sendDate = false;
    return response.writeHead(delivery.status, delivery.headers.flat());
  };
  if (strike === undefined || fault === undefined) {
    head();
    response.end(delivery.body);
    return;
  }
  const body = Buffer.from(delivery.body);
  const half = Math.floor(body.length / 2);
  switch (fault.kind) {
    case 'reset_before_headers':
      connection?.resetAndDestroy();
      return;
    case 'reset_mid_body':
    case 'close_mid_body':
      head();
      await written(response, body.subarray(0, half));
      if (fault.kind === 'reset_mid_body') connection?.resetAndDestroy();
      else response.socket?.end();
      return;
    case 'stall_before_headers':
      await stalled(fault.milliseconds, strike, ended);
      if (ended.aborted) return;
      head();
      response.end(body);
      return;
    case 'stall_mid_body':
      head();
      await written(response, body.subarray(0, half));
      await stalled(fault.milliseconds, strike, ended);
      response.end(body.subarray(half));
      return;
    case 'slow_body':
      head();
      await dripped(response, body, fault, ended);
      response.end();
      return;
    default:
      head();
      response.end(body);
  }
}

const written = (response: ServerResponse, bytes: Buffer): Promise<void> =>
  new Promise((done) => {
    response.flushHeaders();
    response.write(bytes, () => done());
  });

/** Waits until the fault is removed, the client is gone, or the time is over. */
async function stalled(milliseconds: number | undefined, strike: Strike, ended: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([strike.removed, ended]);
  // Timers cannot wait for longer than this, and nobody does.
  await sleep(milliseconds ?? 2 ** 31 - 1, undefined, { signal }).catch(() => undefined);
}

const drops = 20;

async function dripped(
  response: ServerResponse,
  body: Buffer,
  { bytesPerSecond }: Extract<Fault, { kind: 'slow_body' }>,
  signal: AbortSignal,
): Promise<void> {
  const size = Math.max(1, Math.floor(bytesPerSecond / drops));
  const pause = (1000 * size) / bytesPerSecond;
  for (let at = 0; at < body.length && !signal.aborted; at += size) {
    response.write(body.subarray(at, at + size));
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
