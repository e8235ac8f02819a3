import { badQuery } from '../errors.ts';
import type { Literal } from './expression.ts';
import type { Token } from './tokens.ts';

const literal = (type: Literal['type'], value: Literal['value'], text: string): Literal => ({
  kind: 'literal',
  type,
  value,
  text,
});

/** The literal that a token stands for. */
export function literalOf(token: Token): Literal {
  const { text } = token;
  switch (token.kind) {
    case 'string':
      return literal('string', text, text);
    case 'number':
      return literal('number', Number(text), text);
    case 'guid':
      return literal('guid', text.toLowerCase(), text);
    case 'date':
      return literal('date', Date.parse(text), text);
    case 'name':
      if (text === 'null') return literal('null', null, text);
      if (text === 'true' || text === 'false') return literal('boolean', text === 'true', text);
      break;
    case 'mark':
      break;
    default:
      token satisfies never;
  }
  throw badQuery(`Syntax error at position ${token.at}: '${text}' is not expected here.`);
}
