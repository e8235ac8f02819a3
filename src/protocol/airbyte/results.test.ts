import { describe, expect, it } from 'vitest';
import { ConnectorError, type ErrorKind } from '../../core/errors.ts';
import type { LogWriter } from '../protocol.ts';
import { airbyte } from './airbyte.ts';
import { checkAirbyteOutput } from './testing/check-line.testing.ts';

const only = (bytes: Buffer) => {
  const messages = checkAirbyteOutput(bytes.toString());
  expect(messages).toHaveLength(1);
  return messages[0];
};

describe('check', () => {
  it('says SUCCEEDED with exit code 0 [A17]', () => {
    const { bytes, exitCode } = airbyte.checkResult({ ok: true, message: 'fine' });
    expect(exitCode).toBe(0);
    expect(only(bytes)).toEqual({
      type: 'CONNECTION_STATUS',
      connectionStatus: { status: 'SUCCEEDED', message: 'fine' },
    });
  });

  it.each(['config', 'auth', 'permission', 'not_installed'] as const)(
    'says FAILED for %s, with exit code 0 [A18, A20]',
    (kind) => {
      const { bytes, exitCode } = airbyte.checkResult({
        ok: false,
        error: new ConnectorError(kind, 'mend it'),
      });
      expect(exitCode).toBe(0);
      expect(only(bytes)).toEqual({
        type: 'CONNECTION_STATUS',
        connectionStatus: { status: 'FAILED', message: 'mend it' },
      });
    },
  );

  it.each([
    ['transient', 'transient_error'],
    ['throttled', 'transient_error'],
    ['protocol', 'system_error'],
    ['bug', 'system_error'],
  ] as const)(
    'says no status for %s, but an ERROR trace and exit code 1 [A19]',
    (kind: ErrorKind, failure_type) => {
      const { bytes, exitCode } = airbyte.checkResult({ ok: false, error: new ConnectorError(kind, 'down') });
      expect(exitCode).toBe(1);
      expect(only(bytes)).toMatchObject({
        type: 'TRACE',
        trace: { type: 'ERROR', error: { message: 'down', failure_type } },
      });
    },
  );
});

describe('other messages outside of a read', () => {
  it('SPEC carries the schema and links [A13]', () => {
    const schema = { type: 'object', properties: {} };
    expect(only(airbyte.spec(schema))).toMatchObject({
      type: 'SPEC',
      spec: { connectionSpecification: schema },
    });
  });

  it('a fatal error is an ERROR trace without a stream', () => {
    const message = only(airbyte.fatal(new ConnectorError('config', 'no such file')));
    expect(message).toMatchObject({
      trace: { error: { message: 'no such file', failure_type: 'config_error' } },
    });
    expect(message).not.toHaveProperty('trace.error.stream_descriptor');
  });

  it('cuts a message to what the platform takes', () => {
    only(airbyte.fatal(new ConnectorError('bug', 'ü'.repeat(100_000))));
  });
});

describe('Airbyte logs', () => {
  const refuse = (): never => {
    throw new Error('a log line on stderr');
  };
  function logged(level: LogWriter['level']) {
    const lines: Buffer[] = [];
    const log = airbyte.log({ stdout: (bytes) => lines.push(bytes), stderr: refuse, level, format: 'plain' });
    return { log, messages: () => lines.map(only) };
  }

  it.each([
    ['debug', 'DEBUG'],
    ['info', 'INFO'],
    ['warn', 'WARN'],
    ['error', 'ERROR'],
    ['critical', 'FATAL'],
  ] as const)('are LOG messages on stdout: %s as %s', (level, word) => {
    const { log, messages } = logged('debug');
    log.log(level, 'one\ntwo', 'accounts');
    expect(messages()).toEqual([{ type: 'LOG', log: { level: word, message: 'one\ntwo' } }]);
  });

  it('leave out what is below the level, metrics with it [A10]', () => {
    const { log, messages } = logged('info');
    log.log('debug', 'hidden');
    log.metric({ type: 'counter', metric: 'record_count', value: 1, tags: {} });
    log.log('critical', 'x'.repeat(100_000));
    expect(messages()).toHaveLength(1);
  });
});
