import { canonical, read, repaired, type Value } from '../../src/records/reference.testing.ts';
import type { Message } from '../support/program.ts';

/** A record as it stands in the output: no digit of a number is lost on the way into the test. */
export interface SentRecord {
  readonly stream: string;
  /** Parsed, for validators. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Each member as canonical JSON text, digit for digit. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The records of an output of either protocol, in order. */
export function recordsIn(stdout: string): readonly SentRecord[] {
  return stdout
    .split('\n')
    .filter((line) => line.includes('"type":"RECORD"'))
    .map((line) => {
      const message = JSON.parse(line) as Message;
      const outer = message['record'];
      const singer = typeof message['stream'] === 'string';
      const whole = read(line);
      const data = singer ? member(whole, 'record') : member(member(whole, 'record'), 'data');
      return {
        stream: singer ? message['stream'] : outer.stream,
        data: singer ? outer : outer.data,
        texts: textsOf(data),
      };
    });
}

/** Each member of a JSON object's text as canonical JSON, its strings repaired as destinations get them. */
export function textsOf(object: Value | string): ReadonlyMap<string, string> {
  const value = typeof object === 'string' ? read(object) : object;
  if (value.kind !== 'object') throw new Error(`no object: ${canonical(value)}`);
  return new Map([...value.value].map(([name, each]) => [name, canonical(repaired(each))]));
}

/** Groups by a name, in order of first appearance. */
export function by<T>(things: readonly T[], name: (thing: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(name(thing));
    if (group) group.push(thing);
    else groups.set(name(thing), [thing]);
  }
  return groups;
}

function member(value: Value, name: string): Value {
  const found = value.kind === 'object' ? value.value.get(name) : undefined;
  if (found === undefined) throw new Error(`no member ${name}`);
  return found;
}
