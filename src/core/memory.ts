import { readFileSync } from 'node:fs';
import { type Clock, systemClock, type Timer } from './clock.ts';
import { ConnectorError } from './errors.ts';

/** Memory of the container, in bytes. */
export interface MemoryUse {
  readonly limit: number;
  readonly used: number;
  /** Of which anonymous: what the kernel cannot drop, unlike cached files. */
  readonly anonymous: number;
}

/** Reads a file of the system; undefined where it does not exist. */
export type ReadSystemFile = (path: string) => string | undefined;

interface Generation {
  readonly folder: string;
  /** Our own group's line in `/proc/self/cgroup`. */
  readonly group: RegExp;
  readonly limit: string;
  readonly used: string;
  readonly stat: string;
  /** Name of anonymous memory in `stat`. */
  readonly anonymous: string;
}

/** Where the kernel tells (docs.kernel.org: Control Group v2; Memory Resource Controller for v1). */
const generations: readonly Generation[] = [
  {
    folder: '/sys/fs/cgroup',
    group: /^0::(\/.+)$/m,
    limit: 'memory.max',
    used: 'memory.current',
    stat: 'memory.stat',
    anonymous: 'anon',
  },
  {
    folder: '/sys/fs/cgroup/memory',
    group: /^\d+:memory:(\/.+)$/m,
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    stat: 'memory.stat',
    anonymous: 'total_rss',
  },
];

/** Version 1 writes "no limit" as a number near 2^63. */
const unlimited = 2 ** 60;
const checkEvery = 1_000;
const fullAt = 0.95;
/** Below this share, the rest is cache that the kernel will drop. */
const anonymousAt = 0.85;

/** Memory of the container we run in; undefined where there is no limit. */
export function memoryUse(read: ReadSystemFile = readSystemFile): MemoryUse | undefined {
  const own = read('/proc/self/cgroup') ?? '';
  for (const generation of generations) {
    // A container sees its own group as the root; a service of the machine is somewhere below.
    for (const group of ['', generation.group.exec(own)?.[1] ?? '']) {
      const found = useOf(generation, group, read);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function useOf(places: Generation, group: string, read: ReadSystemFile): MemoryUse | undefined {
  const file = (name: string) => read(`${places.folder}${group}/${name}`);
  const limit = Number(file(places.limit) ?? Number.NaN);
  if (!(limit > 0 && limit < unlimited)) return undefined;
  const used = Number(file(places.used) ?? Number.NaN);
  const line = new RegExp(`^${places.anonymous} (\\d+)$`, 'm').exec(file(places.stat) ?? '');
  return Number.isFinite(used) && line !== null ? { limit, used, anonymous: Number(line[1]) } : undefined;
}

/** True when the kernel is about to kill somebody. The thresholds are those of Airbyte's CDK (utils/memory_monitor.py). */
export function nearLimit({ limit, used, anonymous }: MemoryUse): boolean {
  return used >= limit * fullAt && anonymous >= used * anonymousAt;
}

/**
 * Watches the container's memory and calls `onNear` once when it runs out: better to stop with the states earned so far
 * than to be killed without a word. Returns the function that ends the watch.
 */
export function guardMemory(
  onNear: (error: ConnectorError) => void,
  clock: Clock = systemClock,
  read: ReadSystemFile = readSystemFile,
): () => void {
  // Without a limit there is nothing to watch.
  if (memoryUse(read) === undefined) return () => {};
  let timer: Timer;
  const check = (): void => {
    const use = memoryUse(read);
    if (use !== undefined && nearLimit(use)) onNear(outOfMemory(use));
    else timer = clock.timer(checkEvery, check);
  };
  timer = clock.timer(checkEvery, check);
  return () => timer.cancel();
}

function outOfMemory({ limit, used }: MemoryUse): ConnectorError {
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  return new ConnectorError(
    'transient',
    `The container's memory is nearly full (${megabytes(used)} of ${megabytes(limit)} MB), so the run stops while it can. ` +
      'Give it more memory, or lower page_size or max_concurrency. The next run goes on from the last state.',
  );
}

function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
