import { createGunzip, gunzip } from 'node:zlib';
import { ConnectorError } from '../core/errors.ts';

/** No answer may be larger than this once decompressed: a page of 5,000 wide rows is about 40 MB. */
const largestBody = 1 << 29;
/** Deflate packs at most 1,032 bytes into one (RFC 1951), so a body that claims more does not tell the truth. */
const deflateRatio = 1_032;
const smallestChunk = 16 << 10;
const largestChunk = 256 << 20;

/** The body as it was before compression. Decompression runs in a thread of its own, into one buffer of the right size. */
export function decompress(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (isPlain(encoding) || body.length === 0) return Promise.resolve(body);
  requireGzip(encoding);
  return new Promise((resolve, reject) => {
    gunzip(body, { chunkSize: chunkSize(body), maxOutputLength: largestBody }, (error, plain) => {
      if (error === null) return resolve(plain);
      reject(
        (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : brokenOff(error),
      );
    });
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

/**
 * The size of the output buffer: as the body's length it saves copying the parts together; a few bytes more, or zlib
 * would start another chunk for nothing.
 */
function chunkSize(body: Buffer): number {
  return Math.max(smallestChunk, decompressedSize(body, 'gzip') + 64);
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
