import type { StreamTally } from './tally.ts';

/** The closing table of a run, one line a stream and a total; lines without line ends. */
export function renderSummary(streams: readonly StreamTally[], now: number): readonly string[] {
  const header = ['stream', 'strategy', 'rows', 'deletes', 'pages', 'seconds', 'rows/s', 'states', 'outcome'];
  const body = streams.map((tally) => {
    const seconds = ((tally.endedAt ?? now) - tally.startedAt) / 1000;
    return [
      tally.stream,
      tally.strategy || '-',
      count(tally.rows),
      count(tally.deletes),
      count(tally.pages),
      seconds.toFixed(1),
      rate(tally.rows, seconds),
      count(tally.states),
      (tally.outcome ?? 'running').replace('_', ' '),
    ];
  });
  const start = Math.min(now, ...streams.map((tally) => tally.startedAt));
  const end = Math.max(start, ...streams.map((tally) => tally.endedAt ?? now));
  const sum = (of: (tally: StreamTally) => number): number =>
    streams.reduce((total, tally) => total + of(tally), 0);
  const rows = sum((tally) => tally.rows);
  const seconds = (end - start) / 1000;
  const total = [
    'total',
    '',
    count(rows),
    count(sum((tally) => tally.deletes)),
    count(sum((tally) => tally.pages)),
    seconds.toFixed(1),
    rate(rows, seconds),
    count(sum((tally) => tally.states)),
    '',
  ];
  return table([header, ...body, total]);
}

/** What is under way, for a terminal `width` columns wide: one line a stream, at most `most`, and a total. */
export function renderLive(
  streams: readonly StreamTally[],
  now: number,
  width: number,
  most: number,
): readonly string[] {
  const active = streams.filter((tally) => tally.endedAt === undefined);
  const lines = active.slice(0, most).map((tally) => liveLine(tally, now));
  if (active.length > most) lines.push(`  … and ${active.length - most} more`);
  const rows = streams.reduce((total, tally) => total + tally.rows, 0);
  const ended = streams.length - active.length;
  lines.push(`${count(rows)} rows, ${ended} of ${streams.length} begun streams done`);
  return lines.map((line) => (line.length > width ? `${line.slice(0, Math.max(1, width - 1))}…` : line));
}

function liveLine(tally: StreamTally, now: number): string {
  const seconds = Math.max(0.001, (now - tally.startedAt) / 1000);
  const parts = [
    `  ${tally.stream.padEnd(24)} ${count(tally.rows).padStart(12)} rows  ${rate(tally.rows, seconds).padStart(9)}/s`,
  ];
  if (tally.estimate !== undefined && tally.estimate > 0 && tally.rows > 0) {
    const share = Math.min(1, tally.rows / tally.estimate);
    parts.push(`${Math.floor(share * 100)} %`);
    if (share < 1) parts.push(`${duration(((1 - share) * seconds) / share)} left`);
  }
  if (tally.waiting && tally.waiting.until > now)
    parts.push(`waiting ${duration((tally.waiting.until - now) / 1000)}: ${tally.waiting.reason}`);
  return parts.join('  ');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const numeric = (column: number): boolean => column >= 2 && column <= 7;
  return rows.map((row) =>
    row
      .map((cell, column) =>
        numeric(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function count(value: number): string {
  // Not toLocaleString: the first call loads the tables of all locales, 20 ms.
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

function rate(rows: number, seconds: number): string {
  return seconds > 0 ? count(Math.round(rows / seconds)) : '-';
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
