import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type KeySets, openKeySets, vanished } from './keyset.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keysets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytesOf = (ids: readonly string[]): Buffer =>
  Buffer.from(ids.map((id) => id.replaceAll('-', '')).join(''), 'hex');
let counter = 0;

async function opened(environment: string, stream: string): Promise<KeySets> {
  const sets = await openKeySets(folder, environment, stream);
  if (sets === undefined) throw new Error('no folder');
  return sets;
}

describe('key sets', () => {
  it('tell which ids are gone, each once, however often they were added', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uuid(), { maxLength: 60 }),
        fc.array(fc.uuid(), { maxLength: 30 }),
        fc.nat(60),
        async (before, fresh, kept) => {
          const sets = await opened('org.crm.dynamics.com', 'accounts');
          const [old, now] = [sets.named(String(++counter)), sets.named(String(++counter))];
          await old.add(bytesOf(before));
          await old.add(bytesOf(before.slice(0, 5)));
          await now.add(Buffer.concat([bytesOf(before.slice(0, kept)), bytesOf(fresh)]));
          // Sets that nothing was added to have no file yet.
          if (before.length === 0 || kept + fresh.length === 0) return;
          const gone: string[] = [];
          for await (const ids of vanished(old, now)) gone.push(...ids);
          const still = new Set([...before.slice(0, kept), ...fresh]);
          expect(gone.sort()).toEqual([...new Set(before)].filter((id) => !still.has(id)).sort());
        },
      ),
      { numRuns: 30 },
    );
  });

  it('cut off the half key that a full disk left before more keys are added', async () => {
    const ids = ['1', '2', '3'].map((digit) => `0000000${digit}-0000-4000-8000-00000000000${digit}`);
    const sets = await opened('full.crm.dynamics.com', 'accounts');
    const [old, now] = [sets.named('1'), sets.named('2')];
    await now.clear();
    await old.add(bytesOf(ids.slice(0, 1)));
    await appendFile(old.path, bytesOf(ids.slice(1, 2)).subarray(0, 7));
    await old.add(bytesOf(ids.slice(1)));
    const gone: string[] = [];
    for await (const some of vanished(old, now)) gone.push(...some);
    expect(gone.sort()).toEqual(ids);
  });

  it('are kept until a state no longer names them', async () => {
    const sets = await opened('other.crm.dynamics.com', 'contacts');
    for (const name of ['1', '2', '10'])
      await sets.named(name).add(bytesOf(['00000000-0000-0000-0000-000000000001']));
    await sets.sweep('2');
    expect(await Promise.all(['1', '2', '10'].map((name) => sets.named(name).exists()))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('say which setting to change when the folder cannot be made', async () => {
    await expect(openKeySets('/dev/null/keys', 'org', 'accounts')).rejects.toThrow(/key_set_directory/);
  });

  it('are done without where the default folder cannot be made', async () => {
    vi.stubEnv('TMPDIR', '/dev/null');
    try {
      await expect(openKeySets(undefined, 'org', 'accounts')).resolves.toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
