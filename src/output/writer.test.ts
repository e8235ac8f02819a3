import { describe, expect, it } from 'vitest';
import { createOutput } from './writer.ts';

const line = (text: string): Buffer => Buffer.from(`${text}\n`);

describe('the output', () => {
  it('writes in the order of the calls, and joins what waits', async () => {
    const batches: string[] = [];
    let release: (() => void) | undefined;
    const output = createOutput(async (bytes) => {
      batches.push(bytes.toString());
      if (batches.length === 1) await new Promise<void>((resolve) => (release = resolve));
    });
    const first = output.write(line('a'));
    await Promise.resolve();
    await Promise.resolve();
    const others = [output.write(line('b')), output.write(line('c'))];
    release?.();
    await Promise.all([first, ...others, output.drained()]);
    expect(batches).toEqual(['a\n', 'b\nc\n']);
  });

  it('does not copy large ones, and keeps the order around them', async () => {
    const taken: Buffer[] = [];
    const output = createOutput(async (bytes) => void taken.push(bytes));
    const pages = [Buffer.alloc(1 << 20, 'p'), Buffer.alloc(1 << 20, 'q')];
    const all = ['a', pages[0], 'b', 'c', pages[1], 'd'].map((each) =>
      output.write(typeof each === 'string' ? line(each) : (each ?? line(''))),
    );
    await Promise.all(all);
    expect(
      taken.map((bytes) => (bytes.length > 100 ? bytes.toString('utf8', 0, 1) : bytes.toString())),
    ).toEqual(['a\n', 'p', 'b\nc\n', 'q', 'd\n']);
    expect([taken[1] === pages[0], taken[3] === pages[1]]).toEqual([true, true]);
  });

  it('resolves a write only when its bytes were taken', async () => {
    let release: (() => void) | undefined;
    let resolved = false;
    const output = createOutput(() => new Promise<void>((resolve) => (release = resolve)));
    const written = output.write(line('a')).then(() => (resolved = true));
    await Promise.resolve();
    await Promise.resolve();
    expect(resolved).toBe(false);
    release?.();
    await written;
    expect(resolved).toBe(true);
  });

  it('rejects every write after a failure, so that no state follows rows that were lost', async () => {
    let calls = 0;
    const output = createOutput(async () => {
      calls += 1;
      throw new Error('EPIPE');
    });
    await expect(output.write(line('rows'))).rejects.toThrow('EPIPE');
    await expect(output.write(line('state'))).rejects.toThrow('EPIPE');
    await expect(output.drained()).rejects.toThrow('EPIPE');
    expect(calls).toBe(1);
  });
});
