import { formatInstant, type Instant, parseInstant } from '../core/instant.ts';
import type { RunOptions } from './types.ts';

/** Where the first load of an incremental stream begins: `anchor_date`, or one year before the run. */
export function anchorOf(settings: Pick<RunOptions['settings'], 'anchorDate'>, startedAt: Date): Instant {
  const given = settings.anchorDate === undefined ? undefined : parseInstant(settings.anchorDate);
  if (given !== undefined) return given;
  const start = new Date(startedAt);
  start.setUTCFullYear(start.getUTCFullYear() - 1);
  return Math.floor(start.getTime() / 1000);
}

/** Says where first loads begin; loudly where that leaves rows out which nobody chose to leave out. */
export function tellAnchor({ settings, log }: Pick<RunOptions, 'settings' | 'log'>, startedAt: Date): void {
  const anchor = anchorOf(settings, startedAt);
  const from = formatInstant(anchor);
  if (settings.anchorDate === undefined)
    log.log(
      'warn',
      `First loads begin at ${from}, one year back: rows that were not modified since are LEFT OUT. Set anchor_date to choose another start.`,
    );
  else if (anchor * 1000 > startedAt.getTime())
    log.log(
      'warn',
      `First loads begin at ${from}, which has not come yet: they bring NO ROWS. Set anchor_date to a day in the past.`,
    );
  else log.log('info', `First loads begin at ${from} (anchor_date).`);
}
