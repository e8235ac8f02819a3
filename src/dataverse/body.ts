import { createGunzip } from 'node:zlib';
import { ConnectorError } from '../core/errors.ts';
import type { Pool } from '../core/pool.ts';

/** No answer may be larger than this once decompressed: a page of 5,000 wide rows is about 40 MB. */
const largestBody = 1 << 29;
/** Deflate packs at most 1,032 bytes into one (RFC 1951), so a body that claims more does not tell the truth. */
const deflateRatio = 1_032;
const smallestChunk = 16 << 10;
const largestChunk = 256 << 20;

/**
 * The body as it was before compression. Decompression runs in a thread of its own, into one buffer of the right size out
 * of the pool.
 */
export function decompress(body: Buffer, encoding: string | undefined, pool: Pool): Promise<Buffer> {
  if (isPlain(encoding) || body.length === 0) return Promise.resolve(body);
  requireGzip(encoding);
  // A few bytes more than are claimed, or zlib would start another chunk for nothing.
  return gunzipInto(pool.take(Math.max(smallestChunk, decompressedSize(body, 'gzip') + 64)), body);
}

/**
 * Node has no public way to say where zlib puts its output, and a fresh buffer of a page's size costs a quarter of the
 * whole unpacking in page faults (docs/adr/0005-memory-of-pages.md). So the stream's own output buffer, allocated by its
 * constructor and exchanged between writes, is exchanged for `place` before the first. A Node that did it otherwise would
 * put its output elsewhere, and all would still be right: what comes out is what the stream says, not what `place` holds.
 */
function gunzipInto(place: Buffer, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const gunzip = createGunzip({ chunkSize: smallestChunk });
    Object.assign(gunzip, { _outBuffer: place, _outOffset: 0, _chunkSize: place.length });
    const parts: Buffer[] = [];
    let length = 0;
    gunzip.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (exceeds(length)) gunzip.destroy(tooLarge());
    });
    gunzip.on('error', (error) => reject(error instanceof ConnectorError ? error : brokenOff(error)));
    gunzip.on('end', () => {
      const [only] = parts;
      resolve(parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, length));
    });
    gunzip.end(body);
  });
}

/** The same for a body that is read as it comes. */
export function decompressing(
  body: AsyncIterable<Buffer>,
  encoding: string | undefined,
): AsyncIterable<Buffer> {
  if (isPlain(encoding)) return body;
  requireGzip(encoding);
  const gzip = createGunzip({ chunkSize: 256 << 10 });
  (async () => {
    for await (const chunk of body) {
      if (!gzip.write(chunk))
        await new Promise((resolve) => gzip.once('drain', resolve).once('close', resolve));
      if (gzip.destroyed) return;
    }
    gzip.end();
  })().catch((error: Error) => gzip.destroy(error));
  return gzip;
}

/** A body that ended before its end. */
export function brokenOff(cause: unknown): ConnectorError {
  return new ConnectorError('transient', 'the answer broke off.', { code: 'page_incomplete', cause });
}

export function tooLarge(): ConnectorError {
  const megabytes = largestBody >> 20;
  return new ConnectorError('transient', `the answer is larger than ${megabytes} MB.`, {
    code: 'page_too_large',
  });
}

/** True when more bytes than this make the body larger than we accept, compressed or not. */
export const exceeds = (bytes: number): boolean => bytes > largestBody;

/** How many bytes the body is said to have once decompressed. It is only a hint: the sender may lie. */
export function decompressedSize(body: Buffer, encoding: string | undefined): number {
  if (isPlain(encoding)) return body.length;
  // A gzip body ends with its own length (ISIZE, RFC 1952).
  const claimed = body.length < 18 ? 0 : body.readUInt32LE(body.length - 4);
  return Math.min(claimed, body.length * deflateRatio, largestChunk);
}

const isPlain = (encoding: string | undefined) =>
  encoding === undefined || encoding === '' || encoding === 'identity';

function requireGzip(encoding: string | undefined): void {
  if (encoding === 'gzip' || encoding === 'x-gzip') return;
  throw new ConnectorError(
    'protocol',
    `The service compressed its answer in a way that was not asked for (${encoding}).`,
  );
}
