import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConnector } from './support/connector.ts';
import { createDestination, type Destination, stateAfter } from './support/destination.ts';
import { type Environment, startEnvironment, truthOf } from './support/environment.ts';
import { type Happening, happen, happenings } from './support/happenings.ts';
import type { Finished, Message } from './support/program.ts';
import { type ProtocolName, type Way, ways, waysInProtocols } from './support/ways.ts';

// kill -9 of the built program at random points of its output, while others write, edit the schema and faults strike.
// RESUME_RUNS=20 tries more schedules a case, RESUME_SEED=n others; a failure tells its own.

const numRuns = Number(process.env['RESUME_RUNS'] ?? 1);
const seed = Number(process.env['RESUME_SEED'] ?? 50);

const activating: Way = {
  ...ways[0],
  name: `${ways[0].name}, ACTIVATE_VERSION`,
  settings: { ...ways[0].settings, activate_version: true },
};
const cases = [...waysInProtocols, [activating.name, 'singer', activating] as const];

/** A run that is killed once so many lines have come, and what happens before that and afterwards. */
interface Round {
  readonly kill: number;
  readonly during: readonly { readonly line: number; readonly what: Happening }[];
  readonly afterwards: readonly Happening[];
}

function rounds({ deletes }: Way): fc.Arbitrary<Round[]> {
  const what = happenings(deletes);
  const afterwards = fc.tuple(
    fc.array(what, { maxLength: 4 }),
    fc.constantFrom<Happening[]>([], [], deletes ? [{ kind: 'expire' }] : []),
  );
  return fc.array(
    fc.record({
      kill: fc.integer({ min: 1, max: 140 }),
      during: fc.array(fc.record({ line: fc.nat(120), what }), { maxLength: 5 }),
      afterwards: afterwards.map(([some, expiry]) => [...some, ...expiry]),
    }),
    { minLength: 1, maxLength: 2 },
  );
}

/** What a case has seen, for the line at its end. */
interface Counts {
  kills: number;
  records: number;
  repeats: number;
}

describe('a run that is killed anywhere, and started again from its last state [A42, A43, S36, S40]', () => {
  it.each(cases.map((each, n) => [...each, seed + n] as const))(
    'ends as if it had run once: %s, %s',
    async (...of) => {
      const [name, protocol, way, seed] = of;
      const counts: Counts = { kills: 0, records: 0, repeats: 0 };
      await fc.assert(
        fc.asyncProperty(rounds(way), (schedule) => play(schedule, protocol, way, counts)),
        { numRuns, seed, endOnFailure: true },
      );
      console.info(
        `${name}, ${protocol}: ${counts.kills} kills, ${counts.records} records, ${counts.repeats} of them for the second time`,
      );
    },
  );
});

async function play(
  schedule: readonly Round[],
  protocol: ProtocolName,
  way: Way,
  counts: Counts,
): Promise<void> {
  const environment = await startEnvironment({ rows: { '*': 2, accounts: 90 } });
  try {
    const { simulator, scratch } = environment;
    const config = environment.config({ tables: ['accounts'], page_size: 10, ...way.settings });
    const catalog = scratch.write('catalog.json', await catalogOf(environment, protocol, way));
    const destination = createDestination({ accounts: 'accountid' });
    const before = names(environment);
    const seen = new Set<string>();
    let state: unknown;
    let serial = 0;
    const read = async ({ kill, during }: Pick<Round, 'kill' | 'during'>): Promise<Finished> => {
      // A moment later than what happened before: the window of `modifiedon` ends where the run begins.
      simulator.control.advance(2000);
      const args = ['read', '--config', config, '--catalog', catalog];
      if (state !== undefined) args.push('--state', scratch.write('state.json', state));
      const waiting = [...during].sort((one, other) => one.line - other.line);
      let lines = 0;
      const run = protocol === 'singer' ? environment.tap : environment.source;
      const finished = await run(args, {
        onStdout(text, child) {
          lines += text.split('\n').length - 1;
          for (; (waiting[0]?.line ?? lines) < lines; serial += 1)
            happen(simulator, waiting.shift()?.what ?? { kind: 'create' }, serial);
          if (lines >= kill) child.kill('SIGKILL');
        },
      });
      const messages = finished.messages();
      counts.records += recordsOf(messages).length;
      counts.repeats += repeats(messages, seen);
      destination.apply(messages);
      state = stateAfter(state, messages, protocol);
      return finished;
    };

    for (const round of schedule) {
      const { signal } = await read(round);
      if (signal === 'SIGKILL') counts.kills += 1;
      for (const what of round.afterwards) happen(simulator, what, serial++);
    }
    const last = await read({ kill: Number.POSITIVE_INFINITY, during: [] });
    expect([last.code, last.stderr.match(/^(ERROR|CRITICAL).*/m)?.[0]]).toEqual([0, undefined]);
    if (way.full) expectAllOf(before, environment, destination);
    else expect(held(destination)).toEqual(names(environment));
  } finally {
    await environment.close();
  }
}

async function catalogOf(
  { simulator }: Environment,
  protocol: ProtocolName,
  { full, config }: Way,
): Promise<Message> {
  const connector = createConnector(simulator);
  try {
    return await connector.catalog(['accounts'], { protocol, config, full });
  } finally {
    await connector.close();
  }
}

type Names = Readonly<Record<string, unknown>>;

/** The rows as the environment holds them: the time of the last change beside what others write. */
function names(environment: Environment): Names {
  const rows = [...truthOf(environment, 'account', 'accountid')];
  return Object.fromEntries(rows.map(([id, row]) => [id, `${row['modifiedon']} ${row['name']}`]));
}

function held(destination: Destination): Names {
  const rows = [...destination.rows('accounts')];
  return Object.fromEntries(rows.map(([id, row]) => [id, `${row['modifiedon']} ${row['name']}`]));
}

/** A full refresh brings every row that was there when it began; what changed meanwhile may be as before or as after. */
function expectAllOf(before: Names, environment: Environment, destination: Destination): void {
  const [now, found] = [names(environment), held(destination)];
  const settled = Object.keys(before).filter((id) => before[id] === now[id]);
  expect(Object.keys(before).filter((id) => !(id in found))).toEqual([]);
  expect(settled.filter((id) => found[id] !== now[id])).toEqual([]);
}

function recordsOf(messages: readonly Message[]): readonly Message[] {
  return messages.filter(({ type }) => type === 'RECORD').map(({ record }) => record.data ?? record);
}

/** How many records say what one before them has said already: the same version of a row, or that it is deleted. */
function repeats(messages: readonly Message[], seen: Set<string>): number {
  const all = recordsOf(messages).map(({ accountid, versionnumber }) => `${accountid} ${versionnumber}`);
  const known = seen.size;
  for (const each of all) seen.add(each);
  return all.length - (seen.size - known);
}
