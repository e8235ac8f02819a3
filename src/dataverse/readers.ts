import type { Clock } from '../core/clock.ts';
import { noPool } from '../core/pool.ts';
import { brokenOff, decompress, decompressedSize, decompressing } from './body.ts';
import { collect, type Incoming } from './exchange.ts';
import type { Reader } from './once.ts';
import type { Answer, Request } from './types.ts';

/** The whole answer, decompressed, in one buffer out of the pool; of a `budget`, only when there is room for it. */
export function wholeAnswer(
  clock: Clock,
  { budget, pool = noPool }: Pick<Request, 'budget' | 'pool'> = {},
): Reader<Answer> {
  return async (incoming, sentAt) => {
    const compressed = await collect(incoming, pool);
    const milliseconds = clock.now() - sentAt;
    const { status, headers } = incoming;
    const encoding = headers['content-encoding'];
    const release = (await budget?.take(pageFactor * decompressedSize(compressed, encoding))) ?? ignore;
    try {
      const body = await decompress(compressed, encoding, pool);
      if (body !== compressed) pool.give(compressed);
      if (isJson(incoming) && !endsAsJson(body)) throw brokenOff(undefined);
      return { status, headers, body, milliseconds, release };
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** A page takes its body's size, and then that of its lines, which are a little longer; both only while they are made. */
const pageFactor = 1.15;

function ignore(): void {}

/** The answer as it comes, decompressed, read within the attempt: whatever breaks off, however late, is asked for again. */
export function streamedAnswer<T>(read: (chunks: AsyncIterable<Buffer>) => Promise<T>): Reader<T> {
  return async (incoming) => {
    try {
      return await read(decompressing(incoming.body, incoming.headers['content-encoding']));
    } finally {
      incoming.abandon();
    }
  };
}

const isJson = (incoming: Incoming) => incoming.headers['content-type']?.includes('json') ?? false;

/** Without a length or a compressed end, a body that was cut short looks complete; but not as JSON. */
function endsAsJson(body: Buffer): boolean {
  let last = body.length - 1;
  while (last >= 0 && (body[last] ?? 0) <= 0x20) last -= 1;
  return body[last] === 0x7d || body[last] === 0x5d;
}
