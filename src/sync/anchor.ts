import { type Instant, parseInstant } from '../core/instant.ts';
import type { StreamRun } from './stream.ts';

/** Where the first load of an incremental stream begins: `anchor_date`, or one year before the run, said in the log. */
export function anchorOf(run: StreamRun): Instant {
  const given = run.options.settings.anchorDate;
  const parsed = given === undefined ? undefined : parseInstant(given);
  if (parsed !== undefined) {
    run.info(`First load: rows modified since ${given} (anchor_date).`);
    return parsed;
  }
  const start = new Date(run.startedAt);
  start.setUTCFullYear(start.getUTCFullYear() - 1);
  const instant = Math.floor(start.getTime() / 1000);
  run.warn(
    `First load: rows modified since ${start.toISOString().slice(0, 19)}Z, one year back. Set anchor_date to load older rows, too.`,
  );
  return instant;
}
