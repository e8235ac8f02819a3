import { badQuery } from '../errors.ts';

/** A word of a filter expression, with its place for error messages. */
export type Token =
  | { readonly kind: 'name'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'guid'; readonly text: string; readonly at: number }
  | { readonly kind: 'date'; readonly text: string; readonly at: number }
  | { readonly kind: 'mark'; readonly text: string; readonly at: number };

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['guid', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy],
  ['date', /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?/iy],
  ['number', /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['name', /[@$]?[A-Za-z_][A-Za-z0-9_.]*/y],
  ['mark', /[(),/:=[\]]/y],
];

/** Cuts an expression into tokens. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const letter = text[at];
    if (letter === ' ' || letter === '\t') {
      at++;
    } else if (letter === "'") {
      const token = readString(text, at, "'");
      tokens.push(token.token);
      at = token.end;
    } else if (letter === '"') {
      const token = readString(text, at, '"');
      tokens.push(token.token);
      at = token.end;
    } else {
      const token = readPattern(text, at);
      if (token === undefined) throw badQuery(`Syntax error at position ${at} in '${text}'.`);
      tokens.push(token);
      at += token.text.length;
    }
  }
  return tokens;
}

function readString(text: string, at: number, quote: string): { token: Token; end: number } {
  let value = '';
  for (let place = at + 1; place < text.length; place++) {
    if (text[place] !== quote) value += text[place];
    else if (text[place + 1] === quote) {
      value += quote;
      place++;
    } else return { token: { kind: 'string', text: value, at }, end: place + 1 };
  }
  throw badQuery(`There is an unterminated literal at position ${text.length} in '${text}'.`);
}

function readPattern(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return { kind, text: match[0], at };
  }
  return undefined;
}
