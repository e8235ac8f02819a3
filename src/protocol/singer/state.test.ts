import { describe, expect, it } from 'vitest';
import { parseSingerState } from './state.ts';

const value = {
  bookmarks: { accounts: { replication_key: 'modifiedon', replication_key_value: '2026-01-02T03:04:05Z' } },
};
const message = { type: 'STATE', value };

describe('a Singer state [S45]', () => {
  it.each([
    ['a value', value],
    ['a whole STATE message', message],
    ['what Meltano stores', { singer_state: value }],
    ['text', JSON.stringify(value)],
    ['indented text with a byte order mark', `\uFEFF${JSON.stringify(value, null, 2)}\n`],
    ['a log of values', `{"bookmarks":{}}\n${JSON.stringify(value)}\n`],
    [
      'a log of messages',
      `${JSON.stringify({ type: 'STATE', value: {} })}\r\n${JSON.stringify(message)}\r\n`,
    ],
    ['a log whose last line was cut', `${JSON.stringify(value)}\n{"bookmarks":{"accounts":{"repl`],
  ])('is read from %s', (_, given) => {
    const { streams, rest } = parseSingerState(given);
    expect([...streams]).toEqual([['accounts', value.bookmarks.accounts]]);
    expect(rest).toEqual(value);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty file', ' \n'],
    ['an empty object', {}],
    ['no bookmarks', { bookmarks: null }],
  ])('is empty when given %s', (_, given) => {
    expect(parseSingerState(given).streams.size).toBe(0);
  });

  it('says which stream an interrupted run was at', () => {
    expect(parseSingerState({ currently_syncing: 'accounts' }).first).toBe('accounts');
    expect(parseSingerState({ currently_syncing: null }).first).toBeUndefined();
  });

  it.each([
    ['text that is not JSON', 'accounts: 2026', 'not JSON'],
    ['a log without a complete line', '{"a":\n{"b":', 'not JSON'],
    ['a list', [], 'not an object'],
    ['a number', 5, 'not an object'],
    ['bookmarks that are a list', { bookmarks: [] }, '"bookmarks" is not an object'],
    ['a bookmark that is a number', { bookmarks: { accounts: 5 } }, 'stream accounts'],
  ])('is refused when it is %s', (_, given, text) => {
    expect(() => parseSingerState(given)).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(text) }),
    );
  });
});
