import type { Literal } from './expression.ts';

/** A stretch of time: `from` inclusive, `to` exclusive, epoch milliseconds. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

type Unit = 'Minutes' | 'Hours' | 'Days' | 'Weeks' | 'Months' | 'Years';

const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const day = 86_400_000;

/** The start of the unit in which a moment lies, moved by a number of units (UTC; weeks begin on Sunday). */
function startOf(unit: Unit, at: number, moved = 0): number {
  const date = new Date(at);
  const [year, month, monthDay] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (unit) {
    case 'Minutes':
      return Math.floor(at / 60_000) * 60_000 + moved * 60_000;
    case 'Hours':
      return Math.floor(at / 3_600_000) * 3_600_000 + moved * 3_600_000;
    case 'Days':
      return Date.UTC(year, month, monthDay + moved);
    case 'Weeks':
      return Date.UTC(year, month, monthDay - date.getUTCDay() + moved * 7);
    case 'Months':
      return Date.UTC(year, month + moved, 1);
    case 'Years':
      return Date.UTC(year + moved, 0, 1);
    default:
      unit satisfies never;
      return at;
  }
}

/** A moment some units earlier or later, to the millisecond. */
function shifted(unit: Unit, at: number, count: number): number {
  if (unit === 'Months' || unit === 'Years') {
    const date = new Date(at);
    date.setUTCMonth(date.getUTCMonth() + count * (unit === 'Years' ? 12 : 1));
    return date.getTime();
  }
  const length = { Minutes: 60_000, Hours: 3_600_000, Days: day, Weeks: 7 * day }[unit];
  return at + count * length;
}

/** The period that a date function means, e.g. `LastXDays`; undefined where it is no date function. */
export function periodOf(name: string, value: Literal | undefined, now: number): Period | undefined {
  const count = Number(value?.value ?? 1);
  const date = Date.parse(value?.text ?? '');
  switch (name) {
    case 'On':
      return { from: date, to: date + day };
    case 'OnOrAfter':
      return { ...always, from: date };
    case 'OnOrBefore':
      return { ...always, to: date + day };
    case 'Yesterday':
      return { from: startOf('Days', now, -1), to: startOf('Days', now) };
    case 'Today':
      return { from: startOf('Days', now), to: startOf('Days', now, 1) };
    case 'Tomorrow':
      return { from: startOf('Days', now, 1), to: startOf('Days', now, 2) };
    case 'Last7Days':
      return { from: startOf('Days', now, -7), to: now };
    case 'Next7Days':
      return { from: now, to: startOf('Days', now, 8) };
    default:
      break;
  }
  const [, last, lastUnit = ''] = /^(Last|Next)X(Hours|Days|Weeks|Months|Years)$/.exec(name) ?? [];
  if (last === 'Last')
    return { from: startOf(lastUnit as Unit, shifted(lastUnit as Unit, now, -count)), to: now };
  if (last === 'Next')
    return { from: now, to: startOf(lastUnit as Unit, shifted(lastUnit as Unit, now, count), 1) };
  const [, older = ''] = /^OlderThanX(Minutes|Hours|Days|Weeks|Months|Years)$/.exec(name) ?? [];
  if (older !== '') return { ...always, to: shifted(older as Unit, now, -count) };
  const [, which, whole] = /^(Last|This|Next)(Week|Month|Year)$/.exec(name) ?? [];
  if (which === undefined) return undefined;
  const moved = { Last: -1, This: 0, Next: 1 }[which] ?? 0;
  const unit = `${whole}s` as Unit;
  return { from: startOf(unit, now, moved), to: startOf(unit, now, moved + 1) };
}
