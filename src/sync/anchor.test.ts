import { describe, expect, it } from 'vitest';
import { tellAnchor } from './anchor.ts';
import type { RunOptions } from './types.ts';

const startedAt = new Date('2026-01-31T12:00:00Z');

function told(anchorDate: string | undefined): readonly string[] {
  const lines: string[] = [];
  const log = { log: (level: string, text: string) => lines.push(`${level} ${text}`), metric: () => {} };
  tellAnchor({ settings: { anchorDate } as RunOptions['settings'], log }, startedAt);
  return lines;
}

describe('where first loads begin', () => {
  it('is told', () => {
    expect(told('2024-01-31T00:00:00Z')).toEqual([
      'info First loads begin at 2024-01-31T00:00:00Z (anchor_date).',
    ]);
  });

  it('is told loudly when nobody has chosen it', () => {
    expect(told(undefined)).toEqual([
      expect.stringMatching(/^warn First loads begin at 2025-01-31T12:00:00Z.*LEFT OUT/),
    ]);
  });

  it('is told loudly when it has not come yet', () => {
    expect(told('2026-01-31T12:00:01Z')).toEqual([expect.stringMatching(/^warn .*NO ROWS/)]);
    expect(told('2026-01-31T12:00:00Z')).toEqual([expect.stringMatching(/^info/)]);
  });
});
