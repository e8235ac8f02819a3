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
