/**
 * A second, slow opinion on what a page says: a lossless JSON reader by recursive descent, sharing no code with the record
 * path. Numbers stay text, strings become UTF-16 units, so nothing is lost and everything can be compared.
 */
export type Value =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bare'; readonly value: string }
  | { readonly kind: 'list'; readonly value: readonly Value[] }
  | { readonly kind: 'object'; readonly value: ReadonlyMap<string, Value> };

const BARE = /(?:null|true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;
// What a string may hold between its quotes is left to JSON.parse, which is lossless for strings.
const TEXT = /"(?:[^"\\]|\\.)*"/sy;
const SPACE = /[ \t\n\r]*/y;

/** Reads a whole JSON text; the last of members with the same name wins. Throws on anything else. */
export function read(json: string): Value {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(json)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const next = (char: string): boolean => {
    match(SPACE);
    if (json[at] !== char) return false;
    at++;
    return true;
  };
  const need = (char: string): void => {
    if (!next(char)) throw new Error(`no ${char} at ${at}`);
  };
  const text = (): string => {
    match(SPACE);
    const found = match(TEXT);
    if (found === undefined) throw new Error(`no string at ${at}`);
    return JSON.parse(found) as string;
  };
  const value = (): Value => {
    match(SPACE);
    if (json[at] === '"') return { kind: 'text', value: text() };
    if (next('[')) {
      const list: Value[] = [];
      if (next(']')) return { kind: 'list', value: list };
      do list.push(value());
      while (next(','));
      need(']');
      return { kind: 'list', value: list };
    }
    if (next('{')) {
      const members = new Map<string, Value>();
      if (next('}')) return { kind: 'object', value: members };
      do {
        const name = text();
        need(':');
        members.set(name, value());
      } while (next(','));
      need('}');
      return { kind: 'object', value: members };
    }
    const bare = match(BARE);
    if (bare === undefined) throw new Error(`no value at ${at}`);
    return { kind: 'bare', value: bare };
  };
  const whole = value();
  match(SPACE);
  if (at < json.length) throw new Error(`more at ${at}`);
  return whole;
}

/** A text without U+0000, its lone surrogates replaced. */
export function repairedText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd').replaceAll('\0', '');
}

/** The value with its strings repaired, which is what destinations get. */
export function repaired(value: Value): Value {
  switch (value.kind) {
    case 'text':
      return { kind: 'text', value: repairedText(value.value) };
    case 'list':
      return { kind: 'list', value: value.value.map(repaired) };
    case 'object':
      return {
        kind: 'object',
        value: new Map([...value.value].map(([name, member]) => [repairedText(name), repaired(member)])),
      };
    default:
      return value;
  }
}

/** How many strings of a value a repair changes, names of members included. */
export function repairs(value: Value): number {
  const own = (text: string): number => (repairedText(text) === text ? 0 : 1);
  switch (value.kind) {
    case 'text':
      return own(value.value);
    case 'list':
      return value.value.reduce((sum, element) => sum + repairs(element), 0);
    case 'object':
      return [...value.value].reduce((sum, [name, member]) => sum + own(name) + repairs(member), 0);
    default:
      return 0;
  }
}

/** One text for one value, whatever the order of its members. */
export function canonical(value: Value): string {
  switch (value.kind) {
    case 'text':
      return JSON.stringify(value.value);
    case 'list':
      return `[${value.value.map(canonical).join()}]`;
    case 'object':
      return `{${[...value.value]
        .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
        .sort()
        .join()}}`;
    default:
      return value.value;
  }
}
