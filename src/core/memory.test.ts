import { describe, expect, it } from 'vitest';
import { testClock } from './clock.testing.ts';
import type { ConnectorError } from './errors.ts';
import { guardMemory, memoryUse, nearLimit } from './memory.ts';

const v2 = (limit: string, used: number, anonymous: number): Record<string, string> => ({
  '/sys/fs/cgroup/memory.max': limit,
  '/sys/fs/cgroup/memory.current': String(used),
  '/sys/fs/cgroup/memory.stat': `anon ${anonymous}\nfile 5\nanon_thp 7`,
});
const v1 = (limit: string, used: number, anonymous: number): Record<string, string> => ({
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': limit,
  '/sys/fs/cgroup/memory/memory.usage_in_bytes': String(used),
  '/sys/fs/cgroup/memory/memory.stat': `cache 1\nrss 3\ntotal_cache 2\ntotal_rss ${anonymous}`,
});
const reading = (files: Record<string, string>) => (path: string) => files[path];

describe("the container's memory", () => {
  it('is read in both generations of control groups', () => {
    const use = { limit: 1_000, used: 600, anonymous: 500 };
    expect(memoryUse(reading(v2('1000', 600, 500)))).toEqual(use);
    expect(memoryUse(reading(v1('1000', 600, 500)))).toEqual(use);
  });

  it("is that of the program's own group, where it is no container's", () => {
    const use = { limit: 1_000, used: 600, anonymous: 500 };
    const within = (group: string, files: Record<string, string>, line: string) =>
      reading({
        ...Object.fromEntries(
          Object.entries(files).map(([path, text]) => [path.replace(/\/(?=[^/]+$)/, `${group}/`), text]),
        ),
        '/proc/self/cgroup': `3:cpu:/\n${line}`,
      });
    const service = '/system.slice/tap.service';
    expect(memoryUse(within(service, v2('1000', 600, 500), `0::${service}`))).toEqual(use);
    expect(memoryUse(within(service, v1('1000', 600, 500), `4:memory:${service}\n0::/`))).toEqual(use);
    expect(memoryUse(within('/other', v2('1000', 600, 500), `0::${service}`))).toBeUndefined();
  });

  it('is not known without a limit', () => {
    expect(memoryUse(reading(v2('max', 600, 500)))).toBeUndefined();
    expect(memoryUse(reading(v1('9223372036854771712', 600, 500)))).toBeUndefined();
    expect(memoryUse(reading({}))).toBeUndefined();
  });

  it('is nearly full when little is left that the kernel could drop', () => {
    expect(nearLimit({ limit: 1_000, used: 960, anonymous: 900 })).toBe(true);
    expect(nearLimit({ limit: 1_000, used: 960, anonymous: 300 })).toBe(false);
    expect(nearLimit({ limit: 1_000, used: 900, anonymous: 890 })).toBe(false);
  });
});

describe('the guard', () => {
  it('speaks once, when the memory is nearly full', () => {
    const clock = testClock();
    const files = v2('1000000000', 500_000_000, 450_000_000);
    const errors: ConnectorError[] = [];
    const end = guardMemory((error) => errors.push(error), clock, reading(files));
    clock.expire();
    expect(errors).toEqual([]);
    Object.assign(files, v2('1000000000', 970_000_000, 900_000_000));
    clock.expire();
    clock.expire();
    expect(errors.map((error) => error.kind)).toEqual(['transient']);
    expect(errors[0]?.message).toContain('page_size');
    end();
    expect(clock.timers).toBe(0);
  });

  it('does not watch where there is no limit', () => {
    const clock = testClock();
    guardMemory(() => {}, clock, reading({}));
    expect(clock.timers).toBe(0);
  });
});
