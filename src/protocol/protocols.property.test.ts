import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError, type ErrorKind } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { airbyte } from './airbyte/airbyte.ts';
import { checkAirbyteOutput } from './airbyte/testing/check-line.testing.ts';
import type { Messages, ParsedState, StreamState } from './protocol.ts';
import { singer } from './singer/singer.ts';
import { checkSingerOutput } from './singer/testing/check-line.testing.ts';
import { noState, stream, withoutCursor } from './testing/streams.testing.ts';

const protocols = [singer, airbyte] as const;
const streams = [
  stream(),
  stream({ name: 'contacts', columns: withoutCursor, changeTracking: false }),
  stream({ name: 'leads', changeTracking: false }),
];
const names = streams.map(({ name }) => name);

/** Members that belong to other connectors, or that only some shapes of state know; sync uses none of them. */
const reserved =
  /^(__ab_|progress_markers|starting_replication_value|replication_key|partitions|modifiedon|state_number|__proto__)/;
const memberName = fc.string({ minLength: 1, maxLength: 12 }).filter((name) => !reserved.test(name));
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject[string]);
const instant = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2999-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** A state as sync writes it. */
const streamState: fc.Arbitrary<StreamState> = fc
  .tuple(
    fc.oneof(
      fc.record({ replication_key: fc.constant('modifiedon'), replication_key_value: instant }),
      fc.record({
        replication_key: fc.constant('versionnumber'),
        replication_key_value: fc.nat().map(String),
      }),
      fc.record({
        replication_key: fc.constantFrom(null, 'modifiedon'),
        replication_key_value: fc.constant(null),
      }),
    ),
    fc.dictionary(memberName, json, { maxKeys: 4 }),
  )
  .map(([cursor, more]) => ({ ...more, ...cursor }) as StreamState);

const options = { missing: [], deletes: true, activateVersion: false };
const run = (protocol: (typeof protocols)[number], state: ParsedState): Messages =>
  protocol.messages({
    ...options,
    state,
    selections: singer.defaultSelections(streams),
    now: unsteadyClock(),
  });

/** A clock that jumps back now and then, as a machine's clock may when it is set. */
function unsteadyClock(): () => number {
  let calls = 0;
  return () => Date.UTC(2026, 0, 1) + ((calls++ * 7919) % 1000);
}

/** Members of `state` that are null and were not in `before` are members that vanished. */
function withoutVanished(state: StreamState | undefined, written: StreamState): JsonObject {
  return Object.fromEntries(
    Object.entries(state ?? {}).filter(([name, value]) => value !== null || Object.hasOwn(written, name)),
  );
}

describe.each(protocols)('states in $name', (protocol) => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), streamState), { minLength: 1 }), (writes) => {
        const messages = run(protocol, noState);
        const lines = writes.map(([name, state]) => messages.state(name, state, 1).toString()).join('');
        const elements = lines
          .trimEnd()
          .split('\n')
          .map((each) => JSON.parse(each) as unknown);
        // Airbyte hands back a list of states; Singer's last state holds all of them.
        const parsed = protocol.parseState(protocol.name === 'singer' ? lines : elements);
        for (const [name, written] of new Map(writes)) {
          expect(withoutVanished(parsed.streams.get(name), written)).toEqual(written);
        }
      }),
    );
  });

  it('either parse or give one config error, whatever is given [S45, A45]', () => {
    const shaped = fc.oneof(
      fc.anything(),
      fc.json(),
      fc.string(),
      fc.record({ bookmarks: fc.anything() }),
      fc.record({ bookmarks: fc.dictionary(fc.constantFrom(...names), fc.anything()) }),
      fc.array(
        fc.record({
          type: fc.constantFrom('STREAM', 'GLOBAL', 'LEGACY', null, 7),
          stream: fc.oneof(
            fc.anything(),
            fc.record({ stream_descriptor: fc.anything(), stream_state: fc.anything() }),
          ),
          global: fc.oneof(fc.anything(), fc.record({ stream_states: fc.anything() })),
          data: fc.anything(),
        }),
      ),
    );
    fc.assert(
      fc.property(shaped, (given) => {
        try {
          protocol.parseState(given);
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectorError);
          expect((error as ConnectorError).kind).toBe('config');
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('Singer states', () => {
  it('keep bookmarks of other streams and unknown members as they came [S42]', () => {
    const foreign = fc.dictionary(memberName, json, { maxKeys: 3 });
    const given = fc.record({ bookmarks: fc.dictionary(memberName, foreign, { maxKeys: 3 }) });
    fc.assert(
      fc.property(given, foreign, streamState, ({ bookmarks }, others, written) => {
        const root: JsonObject = { ...others, bookmarks };
        const messages = run(singer, { streams: new Map(), rest: root });
        const { value } = JSON.parse(messages.state('accounts', written, 1).toString()) as {
          value: JsonObject;
        };
        const { accounts: _, ...kept } = value['bookmarks'] as JsonObject;
        const { accounts: __, ...expected } = bookmarks;
        const { bookmarks: ___, currently_syncing: ____, ...rest } = value;
        const { bookmarks: _____, currently_syncing: ______, ...unknown } = root;
        expect(kept).toEqual(expected);
        expect(rest).toEqual(unknown);
      }),
    );
  });

  it('resume alike whether the new state replaced the old one or was merged into it [S43]', () => {
    fc.assert(
      fc.property(streamState, streamState, (before, after) => {
        const old = JSON.parse(run(singer, noState).state('accounts', before, 1).toString()) as {
          value: JsonObject;
        };
        const messages = run(singer, singer.parseState(old));
        const next = JSON.parse(messages.state('accounts', after, 1).toString()) as { value: JsonObject };
        const merged = singer.parseState(deepMerge(old.value, next.value)).streams.get('accounts');
        expect(withoutVanished(merged, after)).toEqual(after);
      }),
    );
  });
});

/** As Meltano merges states: objects member by member, all else replaced. */
function deepMerge(old: JsonObject, next: JsonObject): JsonObject {
  const isObject = (value: unknown): value is JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const merged = Object.entries(next).map(([name, value]) => {
    const before = old[name];
    return [name, isObject(before) && isObject(value) ? deepMerge(before, value) : value] as const;
  });
  return { ...old, ...Object.fromEntries(merged) };
}

/** What an engine may ask for while a stream is open. */
type Step =
  | { readonly kind: 'rows' | 'tombstones'; readonly ids: readonly string[]; readonly at: Date }
  | { readonly kind: 'state'; readonly state: StreamState }
  | { readonly kind: 'waiting' };
const ids = fc.array(fc.uuid(), { minLength: 1, maxLength: 3 });
const at = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('rows', 'tombstones'), ids, at }),
  fc.record({ kind: fc.constant('state'), state: streamState }),
  fc.record({ kind: fc.constant('waiting') }),
);
const kind = fc.constantFrom<ErrorKind>(
  'config',
  'auth',
  'permission',
  'throttled',
  'transient',
  'schema',
  'bug',
);
const ending = fc.option(kind.map((of) => new ConnectorError(of, `${of} trouble`)));

/** Plays a stream to its end; returns the output and the number of its records. */
function play(
  messages: Messages,
  name: string,
  steps: readonly Step[],
  error: ConnectorError | null,
  n: number,
) {
  const output = [messages.started(name, n), messages.running(name)];
  let records = 0;
  let pending = 0;
  for (const each of steps) {
    switch (each.kind) {
      case 'rows': {
        const { before, after } = messages.frame(name, each.at, undefined);
        output.push(
          ...each.ids.flatMap((id) => [before, Buffer.from(`"${name.slice(0, -1)}id":"${id}"`), after]),
        );
        pending += each.ids.length;
        break;
      }
      case 'tombstones': {
        const { bytes, lines } = messages.tombstones(name, each.ids, each.at);
        output.push(bytes);
        pending += lines;
        break;
      }
      case 'state':
        output.push(messages.state(name, each.state, pending));
        records += pending;
        pending = 0;
        break;
      case 'waiting':
        output.push(messages.waiting(name, { seconds: 1, until: new Date(1) }));
        break;
      default:
        throw each satisfies never;
    }
  }
  output.push(error === null ? messages.complete(name) : messages.failed(name, error));
  return { output: Buffer.concat(output), records };
}

describe('every message of a run [S4, A3, A35, A40, A41, A59]', () => {
  const plan = fc.tuple(...names.map(() => fc.tuple(fc.array(step), ending)));

  it.each([
    ['singer', singer, checkSingerOutput],
    ['airbyte', airbyte, checkAirbyteOutput],
  ] as const)('is valid in %s', (_, protocol, check) => {
    fc.assert(
      fc.property(plan, (parts) => {
        const messages = run(protocol, noState);
        const played = names.map((name, n) =>
          play(messages, name, parts[n]?.[0] ?? [], parts[n]?.[1] ?? null, n),
        );
        const errors = new Map(
          names.flatMap((name, n) => (parts[n]?.[1] ? [[name, parts[n][1]] as const] : [])),
        );
        const output = [messages.begin(), ...played.map((part) => part.output), messages.end(errors)];
        const lines = check(Buffer.concat(output).toString());
        if (protocol.name === 'airbyte') checkAirbyteRun(lines, played, errors);
      }),
    );
  });
});

/** Rules over a whole Airbyte run: counts, distinct states, rising times, a retry where one may help. */
function checkAirbyteRun(
  lines: readonly Record<string, unknown>[],
  played: readonly { readonly records: number }[],
  errors: ReadonlyMap<string, ConnectorError>,
): void {
  const states = lines.flatMap((line) =>
    line['type'] === 'STATE'
      ? [line['state'] as { stream: object; sourceStats: { recordCount: number } }]
      : [],
  );
  const counted = states.reduce((sum, state) => sum + state.sourceStats.recordCount, 0);
  expect(counted).toBe(played.reduce((sum, { records }) => sum + records, 0));
  const texts = states.map(({ stream: state }) => JSON.stringify(state));
  expect(new Set(texts).size).toBe(texts.length);

  const times = lines.flatMap((line) => {
    const { emitted_at: time } = (line['record'] ?? line['trace'] ?? {}) as { emitted_at?: number };
    return time === undefined ? [] : [time];
  });
  expect(times).toEqual([...times].sort((a, b) => a - b));

  const traces = lines.flatMap((line) => {
    const trace = line['trace'] as { type: string; error: { failure_type: string } } | undefined;
    return trace?.type === 'ERROR' ? [trace.error] : [];
  });
  expect(traces).toHaveLength(errors.size === 0 ? 0 : errors.size + 1);
  const retryable = [...errors.values()].some(({ kind }) => !['config', 'auth', 'permission'].includes(kind));
  if (retryable) expect(traces[0]?.failure_type).not.toBe('config_error');
}
