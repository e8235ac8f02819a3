import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were taken on, and how busy it was at the time. */
export function machine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    // The version alone: what follows it names the build.
    system: `${type()} ${/^[\d.]*\d/.exec(release())?.[0] ?? release()}`,
    node: process.version,
    load: loadavg().map((value) => Number(value.toFixed(2))),
    date: new Date().toISOString(),
  };
}

/** One line of it. */
export function describeMachine({ processor, cores, memoryGigabytes, system, node, load, date }) {
  return `${date.slice(0, 10)}, ${cores} cores of ${processor}, ${memoryGigabytes} GiB, ${system}, Node ${node}, load ${load[0]} at the start`;
}
