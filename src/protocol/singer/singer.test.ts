import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../core/errors.ts';
import { singer } from './singer.ts';

describe('what Singer has no message for', () => {
  const error = new ConnectorError('auth', 'wrong secret');

  it('is told by exit codes and the log', () => {
    expect(singer.checkResult({ ok: true, message: 'fine' }).exitCode).toBe(0);
    expect(singer.checkResult({ ok: false, error }).exitCode).toBe(1);
    expect(singer.checkResult({ ok: false, error }).bytes).toHaveLength(0);
    expect(singer.fatal(error)).toHaveLength(0);
  });

  it('the spec is the JSON Schema itself, indented', () => {
    expect(singer.spec({ type: 'object' }).toString()).toBe('{\n  "type": "object"\n}\n');
  });
});
