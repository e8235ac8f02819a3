import { describe, expect, it } from 'vitest';
import type { LogWriter } from '../protocol.ts';
import { singerLog } from './log.ts';

function logged(options: Partial<LogWriter> = {}) {
  const lines: string[] = [];
  const refuse = (): never => {
    throw new Error('a log line on stdout');
  };
  const stderr = (bytes: Buffer) => lines.push(bytes.toString());
  return { lines, log: singerLog({ stdout: refuse, stderr, level: 'debug', format: 'plain', ...options }) };
}

const metric = { type: 'counter', metric: 'record_count', value: 5, tags: { endpoint: 'accounts' } } as const;

describe('plain Singer logs [S48]', () => {
  it.each([
    ['debug', 'DEBUG'],
    ['info', 'INFO'],
    ['warn', 'WARNING'],
    ['error', 'ERROR'],
    ['critical', 'CRITICAL'],
  ] as const)('say %s as %s', (level, word) => {
    const { lines, log } = logged();
    log.log(level, 'hello', 'accounts');
    expect(lines).toEqual([`${word} hello\n`]);
  });

  it('repeat the level on every line of a message [S8]', () => {
    const { lines, log } = logged();
    log.log('critical', 'one\r\n\ntwo\nthree');
    expect(lines).toEqual(['CRITICAL one\nCRITICAL two\nCRITICAL three\n']);
  });

  it("write metrics so that singer-python's pattern finds them", () => {
    const { lines, log } = logged();
    log.metric(metric);
    expect(lines).toEqual([
      'INFO METRIC: {"type":"counter","metric":"record_count","value":5,"tags":{"endpoint":"accounts"}}\n',
    ]);
  });

  it('leave out what is below the level', () => {
    const { lines, log } = logged({ level: 'warn' });
    log.log('info', 'hidden');
    log.metric(metric);
    log.log('warn', 'shown');
    expect(lines).toEqual(['WARNING shown\n']);
  });
});

describe('structured Singer logs [S49]', () => {
  it('have the members that Meltano looks for, null where empty', () => {
    const { lines, log } = logged({ format: 'json' });
    log.log('warn', 'one\ntwo');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warning',
      pid: process.pid,
      logger_name: 'tap-dynamics365',
      ts: expect.any(Number),
      thread_name: null,
      app_name: 'tap-dynamics365',
      stream_name: null,
      message: 'one\ntwo',
      extra: {},
    });
  });

  it('carry the stream, and metrics beside the message', () => {
    const { lines, log } = logged({ format: 'json' });
    log.metric(metric, 'accounts');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      stream_name: 'accounts',
      message: 'METRIC',
      metric_info: metric,
    });
  });
});

describe('a line that is too long [S6]', () => {
  it.each([
    ['plain', 'x'],
    ['plain', 'ü'],
    ['json', 'x'],
    ['json', '\u0001'],
    ['json', '😀'],
  ] as const)('is cut at 60 KiB: %s, of %j', (format, character) => {
    const { lines, log } = logged({ format });
    log.log('info', character.repeat(100_000));
    expect(lines).toHaveLength(1);
    expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThanOrEqual(60 * 1024);
    expect(lines[0]).not.toContain('\uFFFD');
    if (format === 'json') expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info' });
  });
});
