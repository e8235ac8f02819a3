import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { guidAt, type KeySets, openKeySets, vanished } from './keyset.ts';

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

  it('hold each key once when they have grown past a power of two, and the same keys as before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uuid(), { minLength: 1, maxLength: 40 }),
        fc.nat(40),
        async (ids, again) => {
          const set = (await opened('org.crm.dynamics.com', 'leads')).named(String(++counter));
          await set.add(bytesOf(ids));
          await set.compact(0);
          const distinct = new Set(ids);
          expect(await set.size()).toBe(distinct.size);
          await set.add(bytesOf(ids.slice(0, again)));
          const before = await set.size();
          await set.compact(before);
          expect(await set.size()).toBe(before);
          const none = (await opened('org.crm.dynamics.com', 'leads')).named(String(++counter));
          await none.clear();
          const held: string[] = [];
          for await (const some of vanished(set, none)) held.push(...some);
          expect(held.sort()).toEqual([...distinct].sort());
        },
      ),
      { numRuns: 30 },
    );
  });

  it('stay small when the same rows change every day', async () => {
    const set = (await opened('org.crm.dynamics.com', 'tasks')).named(String(++counter));
    const ids = Array.from(
      { length: 100 },
      (_, n) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`,
    );
    await set.add(bytesOf(ids));
    for (let day = 0; day < 50; day += 1) {
      const before = await set.size();
      await set.add(bytesOf(ids.slice(day, day + 20)));
      await set.compact(before);
    }
    expect(await set.size()).toBeLessThan(256);
  });

  it('of more keys than are looked at at once are told apart, and cleared of repeats, as small ones are', async () => {
    const sets = await opened('org.crm.dynamics.com', 'emails');
    const [old, now] = [sets.named(String(++counter)), sets.named(String(++counter))];
    const keys = Buffer.alloc(16 * 260_000);
    for (let n = 0; n < 260_000; n += 1) keys.writeUInt32BE(n * 7919, 16 * n + 12);
    await old.add(keys);
    await old.add(keys.subarray(0, 16 * 1000));
    await old.compact(0);
    expect(await old.size()).toBe(260_000);
    await now.add(keys.subarray(16 * 3));
    const gone: string[] = [];
    for await (const ids of vanished(old, now)) gone.push(...ids);
    expect(gone.sort()).toEqual([0, 1, 2].map((n) => guidAt(keys, 16 * n)).sort());
  });

  it('take keys from many workers at once', async () => {
    const set = (await opened('org.crm.dynamics.com', 'quotes')).named(String(++counter));
    const keys = Buffer.alloc(16 * 500, 1);
    await Promise.all(Array.from({ length: 20 }, () => set.add(keys)));
    expect(await set.size()).toBe(20 * 500);
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
