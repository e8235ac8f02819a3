import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, freshCheckpoint, parseCheckpoint, printCheckpoint } from './checkpoint.ts';

const instants = fc.integer({ min: 0, max: 4_000_000_000 });
const text = fc.string({ minLength: 1 });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const stamps = instants.map((instant) => `${new Date(instant * 1000).toISOString().slice(0, 19)}Z`);
const remaining = fc
  .uniqueArray(instants, { maxLength: 8 })
  .map((borders) => [...borders].sort((one, other) => one - other))
  .map((sorted) =>
    sorted.flatMap((at, index) =>
      index % 2 === 0 && sorted[index + 1] ? [[at, sorted[index + 1]!] as const] : [],
    ),
  );
const loads = fc.oneof(
  fc.record({
    kind: fc.constant('ranges' as const),
    column: fc.constantFrom('createdon', 'modifiedon'),
    remaining,
    nulls: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('keys' as const), after: maybe(text) }),
  fc.record({ kind: fc.constant('tracked' as const), skipToken: text }),
  fc.record({ kind: fc.constant('versions' as const) }),
);
const checkpoints: fc.Arbitrary<Checkpoint> = fc
  .record({
    strategy: fc.constantFrom(
      'change_tracking' as const,
      'modifiedon' as const,
      'versionnumber' as const,
      'full' as const,
    ),
    cursor: maybe(stamps),
    previousCursor: maybe(fc.nat().map(String)),
    token: maybe(text),
    load: maybe(loads),
    anchor: maybe(stamps),
    upper: maybe(stamps),
    version: maybe(fc.maxSafeNat()),
    keySet: maybe(fc.nat().map(String)),
    complete: fc.boolean(),
    records: fc.nat(),
  })
  .map((checkpoint) =>
    checkpoint.strategy === 'versionnumber' ? { ...checkpoint, cursor: '9223372036854775807' } : checkpoint,
  );

describe('a checkpoint', () => {
  it('comes back from its state as it was', () => {
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        const state = JSON.parse(JSON.stringify(printCheckpoint(checkpoint)));
        expect(parseCheckpoint('accounts', state)).toEqual(checkpoint);
      }),
    );
  });

  it('replaces an older one whole when states are deep-merged: flat, and every key always there', () => {
    fc.assert(
      fc.property(checkpoints, checkpoints, (older, newer) => {
        const merged = { ...printCheckpoint(older), ...printCheckpoint(newer) };
        expect(parseCheckpoint('accounts', merged)).toEqual(newer);
        expect(Object.values(merged).every((value) => value === null || typeof value !== 'object')).toBe(
          true,
        );
      }),
    );
  });

  it('is the cursor at rest in states of other taps', () => {
    const state = {
      replication_key: 'modifiedon',
      replication_key_value: '2021-05-01T10:00:00.123456+00:00',
    };
    expect(parseCheckpoint('accounts', state)).toEqual({
      ...freshCheckpoint('modifiedon'),
      cursor: '2021-05-01T10:00:00.123456+00:00',
    });
  });

  it.each([[undefined], [{}], [{ replication_key: null, replication_key_value: null }]])(
    'is none in %j',
    (state) => {
      expect(parseCheckpoint('accounts', state)).toBeUndefined();
    },
  );

  it.each([
    [{ replication_key: 'modifiedon', replication_key_value: 'yesterday' }],
    [{ replication_key: 'modifiedon', replication_key_value: true }],
    [{ strategy: 'magic' }],
    [{ strategy: 'full', load: 'ranges', load_remaining: 'x' }],
    [{ strategy: 'full', load: 'sideways' }],
    [{ strategy: 'versionnumber', replication_key_value: '12x' }],
    [{ strategy: 'change_tracking', delta_token: ['a'] }],
    [{ strategy: 'full', records: 1.5 }],
    // It is the name of a file: it must not lead out of the folder.
    [{ strategy: 'change_tracking', key_set: '/../../1' }],
  ])('is refused when it cannot be read, naming the stream: %j', (state) => {
    expect(() => parseCheckpoint('accounts', state)).toThrow(/state of stream "accounts" cannot be read/);
  });
});
