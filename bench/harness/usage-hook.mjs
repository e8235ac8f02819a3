// Preloaded by `node --import` into a measured program: when it ends, writes what it used to the file in BENCH_USAGE.
// Peak memory is the kernel's own high-water mark where there is one: `maxRSS` begins, after fork, with the parent's.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', (exitCode) => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(
    process.env.BENCH_USAGE,
    JSON.stringify({
      exitCode,
      userSeconds: userCPUTime / 1e6,
      systemSeconds: systemCPUTime / 1e6,
      peakBytes: highWaterMark() ?? maxRSS * 1024,
    }),
  );
});

function highWaterMark() {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
