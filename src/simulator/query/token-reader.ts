import { badQuery, type Refusal } from '../errors.ts';
import { type Token, tokenize } from './tokens.ts';

/** Reads the tokens of an expression one after the other. */
export interface TokenReader {
  readonly peek: (ahead?: number) => Token | undefined;
  /** The next token, which must be `mark` where one is given. */
  readonly take: (mark?: string) => Token;
  /** Takes the next token if it is this word or mark. */
  readonly accept: (word: string) => boolean;
  readonly fail: (token?: Token) => Refusal;
}

export function readTokens(text: string): TokenReader {
  const tokens = tokenize(text);
  let place = 0;
  const fail = (token: Token | undefined = tokens[place]): Refusal =>
    badQuery(`Syntax error at position ${token?.at ?? text.length} in '${text}'.`);
  return {
    fail,
    peek: (ahead = 0) => tokens[place + ahead],
    take: (mark) => {
      const token = tokens[place++];
      if (token === undefined || (mark !== undefined && token.text !== mark)) throw fail(token);
      return token;
    },
    accept: (word) => {
      const token = tokens[place];
      if (token === undefined || token.kind === 'string' || token.text !== word) return false;
      place++;
      return true;
    },
  };
}
