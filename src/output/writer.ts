import { fstatSync, write as writeFd } from 'node:fs';
import type { Writable } from 'node:stream';
import { ConnectorError } from '../core/errors.ts';
import type { Output } from './types.ts';

/** The reader of our output has gone away (EPIPE): there is nobody left to tell. */
export class ClosedOutput extends ConnectorError {
  constructor(cause: unknown) {
    super('transient', 'The reader of the output has closed it; stopping.', { cause });
    this.name = 'ClosedOutput';
  }
}

/** Hands bytes to the operating system; resolves when it took all of them. */
type Sink = (bytes: Buffer) => Promise<void>;

/**
 * The output on a file descriptor: 1 for the program. Pipes and sockets are written through `stream` (non-blocking, so
 * a stopped reader never holds a thread); files and devices by positionless `fs.write` in the thread pool.
 */
export function openOutput(fd: number, stream: Writable): Output {
  const stats = fstatSync(fd);
  return createOutput(stats.isFIFO() || stats.isSocket() ? streamSink(stream) : fileSink(fd));
}

/** Lines of this size go alone: joining them with others would copy them. */
const LARGE = 64 * 1024;

/**
 * Serialises writes: they leave in the order of the calls, and small ones that wait together leave together. The first
 * failure is final: every later write rejects with it.
 */
export function createOutput(sink: Sink): Output {
  let last: Promise<void> = Promise.resolve();
  let gathering: { readonly buffers: Buffer[]; readonly done: Promise<void> } | undefined;

  const enqueue = (send: () => Promise<void>): Promise<void> => {
    gathering = undefined;
    const done = last.then(send);
    last = done;
    // Whoever writes gets the rejection; a broken output with nobody waiting must not end the process.
    done.catch(() => undefined);
    return done;
  };

  const gather = (): NonNullable<typeof gathering> => {
    const buffers: Buffer[] = [];
    const done = enqueue(() => {
      if (gathering?.buffers === buffers) gathering = undefined;
      const [only, ...others] = buffers;
      return sink(only !== undefined && others.length === 0 ? only : Buffer.concat(buffers));
    });
    return { buffers, done };
  };

  const write = (lines: Buffer): Promise<void> => {
    if (lines.length === 0) return last;
    if (lines.length >= LARGE) return enqueue(() => sink(lines));
    gathering ??= gather();
    gathering.buffers.push(lines);
    return gathering.done;
  };

  return { write, drained: () => last };
}

function streamSink(stream: Writable): Sink {
  let broken: unknown;
  let fail: ((cause: unknown) => void) | undefined;
  stream.on('error', (cause) => {
    broken = cause;
    fail?.(new ClosedOutput(cause));
  });
  return (bytes) =>
    new Promise((resolve, reject) => {
      if (broken !== undefined) return reject(new ClosedOutput(broken));
      fail = reject;
      stream.write(bytes, (cause) => (cause ? reject(new ClosedOutput(cause)) : resolve()));
    });
}

function fileSink(fd: number): Sink {
  return async (bytes) => {
    for (let offset = 0; offset < bytes.length; ) offset += await writeSome(fd, bytes, offset);
  };
}

function writeSome(fd: number, bytes: Buffer, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writeFd(fd, bytes, offset, bytes.length - offset, null, (cause, written) => {
      if (!cause) resolve(written);
      // A terminal or device that somebody else made non-blocking: try again shortly.
      else if (cause.code === 'EAGAIN') setTimeout(() => resolve(0), 5);
      else if (cause.code === 'EPIPE') reject(new ClosedOutput(cause));
      else
        reject(
          new ConnectorError('transient', `Writing the output failed: ${cause.message}. Is the disk full?`, {
            cause,
          }),
        );
    });
  });
}
