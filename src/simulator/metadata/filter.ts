import { badQuery, refusal } from '../errors.ts';
import { readTokens } from '../query/token-reader.ts';

type Json = Record<string, unknown>;
type Test = (object: Json) => boolean;

/**
 * `$filter` over metadata: comparisons of members (`IsCustomizable/Value eq true`), of enums
 * (`Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'`), joined by and, or, not. Functions are not supported there.
 */
export function metadataTest(text: string): Test {
  const { take, accept, fail, peek } = readTokens(text);
  const either = (): Test => {
    const left = both();
    if (!accept('or')) return left;
    const right = either();
    return (object) => left(object) || right(object);
  };
  const both = (): Test => {
    const left = unary();
    if (!accept('and')) return left;
    const right = both();
    return (object) => left(object) && right(object);
  };
  const unary = (): Test => {
    if (accept('not')) {
      const inner = unary();
      return (object) => !inner(object);
    }
    if (accept('(')) {
      const inner = either();
      if (!accept(')')) throw fail();
      return inner;
    }
    return comparison();
  };
  const comparison = (): Test => {
    const first = take().text;
    if (accept('(')) {
      throw refusal(501, '0x8006088a', `The "${first}" function isn't supported for Metadata Entities.`);
    }
    const path = [first];
    while (accept('/')) path.push(take().text);
    const operator = take().text;
    const wanted = value();
    if (operator === 'eq') return (object) => member(object, path) === wanted;
    if (operator === 'ne') return (object) => member(object, path) !== wanted;
    throw badQuery(`The operator '${operator}' is not supported for Metadata Entities.`);
  };
  const value = (): unknown => {
    const token = take();
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'guid') return token.text.toLowerCase();
    if (token.kind !== 'name') return token.text;
    if (token.text === 'true' || token.text === 'false') return token.text === 'true';
    // Otherwise an enum member: the type's name, then the member in quotes.
    return token.text === 'null' ? null : take().text;
  };
  const test = either();
  if (peek() !== undefined) throw fail();
  return test;
}

function member(object: Json, path: readonly string[]): unknown {
  let inner: unknown = object;
  for (const name of path)
    inner = typeof inner === 'object' && inner !== null ? (inner as Json)[name] : undefined;
  return inner ?? null;
}
