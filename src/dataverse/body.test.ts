import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noPool } from '../core/pool.ts';
import { decompress, decompressing } from './body.ts';

async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function joined(parts: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const part of parts) chunks.push(part);
  return Buffer.concat(chunks);
}

describe('a compressed body', () => {
  it('comes out as it went in, whole or in parts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5_000 }),
        fc.integer({ min: 1, max: 500 }),
        async (array, size) => {
          const bytes = Buffer.from(array);
          const compressed = gzipSync(bytes);
          expect(await decompress(compressed, 'gzip', noPool)).toEqual(bytes);
          expect(await joined(decompressing(inParts(compressed, size), 'gzip'))).toEqual(bytes);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is put into one buffer of its size', async () => {
    const bytes = Buffer.alloc(3_000_000, 'abc');
    const plain = await decompress(gzipSync(bytes), 'gzip', noPool);
    expect(plain.equals(bytes)).toBe(true);
    expect(plain.buffer.byteLength).toBeLessThan(bytes.length + 1_000);
  });

  it('may be longer than its end says: it can have several members', async () => {
    const first = Buffer.alloc(100_000, 'abc');
    const plain = await decompress(Buffer.concat([gzipSync(first), gzipSync('x')]), 'gzip', noPool);
    expect(plain.equals(Buffer.concat([first, Buffer.from('x')]))).toBe(true);
  });

  it('that is cut short anywhere is an error, never less data', async () => {
    const compressed = gzipSync(Buffer.from('{"value":[]}'.repeat(50)));
    for (let length = 1; length < compressed.length; length += 1) {
      await expect(decompress(compressed.subarray(0, length), 'gzip', noPool)).rejects.toMatchObject({
        kind: 'transient',
        details: { code: 'page_incomplete' },
      });
    }
  });

  it('in another compression than asked for is refused', () => {
    expect(() => decompress(Buffer.from('x'), 'br', noPool)).toThrow('not asked for');
  });

  it('that fails in the source fails for the reader', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield gzipSync('x').subarray(0, 5);
      throw new Error('reset');
    }
    await expect(joined(decompressing(failing(), 'gzip'))).rejects.toThrow('reset');
  });
});
