import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { logSettings } from './logging.ts';

const folder = mkdtempSync(join(tmpdir(), 'logging-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const structured = JSON.stringify({
  version: 1,
  formatters: { structured: { '()': 'singer_sdk.logging.StructuredFormatter' } },
  root: { level: 'DEBUG', handlers: ['default'] },
});

describe('log settings', () => {
  it.each([
    ['say nothing by themselves', false, {}, {}],
    ['follow --debug before everything', true, { LOGLEVEL: 'ERROR' }, { level: 'debug' }],
    ['follow the level of Singer SDK taps', false, { LOGLEVEL: 'WARNING' }, { level: 'warn' }],
    [
      'prefer the variable of this tap',
      false,
      { LOGLEVEL: 'ERROR', TAP_DYNAMICS365_LOGLEVEL: 'info' },
      { level: 'info' },
    ],
    ['follow the level of the Airbyte platform', false, { LOG_LEVEL: 'debug' }, { level: 'debug' }],
    ['pass over words that are no level', false, { LOG_LEVEL: 'loud' }, {}],
    ['pass over a logging file that is not there', false, { SINGER_SDK_LOG_CONFIG: '/no/such/file' }, {}],
  ])('%s', (_, debug, env, expected) => {
    expect(logSettings(debug, env)).toEqual(expected);
  });

  it("follow Meltano's logging file: structured lines, and the root's level", () => {
    const path = file('structured.json', structured);
    expect(logSettings(false, { SINGER_SDK_LOG_CONFIG: path })).toEqual({ level: 'debug', format: 'json' });
  });

  it('follow a logging file without the structured formatter', () => {
    const path = file('plain.yaml', 'version: 1\nformatters: {}\nroot:\n  level: WARNING\n');
    expect(logSettings(false, { SINGER_SDK_LOG_CONFIG: path })).toEqual({ level: 'warn' });
  });
});
