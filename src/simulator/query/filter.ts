import { badQuery } from '../errors.ts';
import type { Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import type { Comparison, Expression, Literal, Operand, Path } from './expression.ts';
import { navigationOf, propertyOf, unknownProperty } from './properties.ts';
import { type Token, tokenize } from './tokens.ts';

const comparisons: readonly string[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const isComparison = (text: string): text is Comparison => comparisons.includes(text);

/**
 * Parses `$filter` for a table. Parameter aliases (`@p1`) are taken from the query options.
 * Grammar: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/filter-rows
 */
export function parseFilter(
  world: World,
  table: Table,
  text: string,
  aliases: ReadonlyMap<string, string> = new Map(),
): Expression {
  const tokens = tokenize(text);
  let place = 0;
  const peek = (): Token | undefined => tokens[place];
  const syntaxError = (token: Token | undefined) =>
    badQuery(`Syntax error at position ${token?.at ?? text.length} in '${text}'.`);
  const take = (mark?: string): Token => {
    const token = tokens[place++];
    if (token === undefined || (mark !== undefined && token.text !== mark)) throw syntaxError(token);
    return token;
  };
  const accept = (word: string): boolean => {
    const token = peek();
    if (token === undefined || token.kind === 'string' || token.text !== word) return false;
    place++;
    return true;
  };

  function either(): Expression {
    let left = both();
    while (accept('or')) left = { kind: 'or', left, right: both() };
    return left;
  }
  function both(): Expression {
    let left = unary();
    while (accept('and')) left = { kind: 'and', left, right: unary() };
    return left;
  }
  function unary(): Expression {
    if (accept('not')) return { kind: 'not', operand: unary() };
    if (accept('(')) {
      const inner = either();
      take(')');
      return inner;
    }
    const token = peek();
    const next = tokens[place + 1];
    if (token?.kind === 'name' && next?.text === '(' && next.kind === 'mark') return call();
    return comparison();
  }
  function comparison(): Expression {
    const left = operand();
    const token = take();
    if (!isComparison(token.text)) throw syntaxError(token);
    return { kind: 'compare', operator: token.text, left, right: operand() };
  }
  function call(): Expression {
    const name = take();
    take('(');
    if (name.text === 'contains' || name.text === 'startswith' || name.text === 'endswith') {
      const path = operand();
      take(',');
      const wanted = operand();
      take(')');
      if (path.kind !== 'path' || wanted.kind !== 'literal') throw syntaxError(name);
      return { kind: 'text', test: name.text, path, text: String(wanted.value ?? '') };
    }
    if (name.text.startsWith('Microsoft.Dynamics.CRM.')) return platformFunction(name);
    throw badQuery(`An unknown function with name '${name.text}' was found.`);
  }
  function platformFunction(name: Token): Expression {
    let path: Path | undefined;
    const values: Literal[] = [];
    while (!accept(')')) {
      const parameter = take().text;
      if (take().text !== '=') throw syntaxError(peek());
      if (parameter === 'PropertyName') path = pathOf(String(literalValue(take()).value ?? ''), take);
      else if (accept('[')) {
        while (!accept(']')) {
          values.push(literalValue(take()));
          accept(',');
        }
      } else values.push(literalValue(take()));
      accept(',');
    }
    return { kind: 'function', name: name.text.slice('Microsoft.Dynamics.CRM.'.length), path, values };
  }
  function operand(): Operand {
    const token = take();
    if (token.kind !== 'name' || ['null', 'true', 'false'].includes(token.text)) return literalValue(token);
    if (token.text.startsWith('@')) {
      const alias = aliases.get(token.text);
      const [value] = alias === undefined ? [] : tokenize(alias);
      if (value === undefined) return literal('null', null, 'null');
      return literalValue(value);
    }
    return pathOf(token.text, take);
  }
  function pathOf(first: string, following: (mark?: string) => Token): Path {
    const steps: { lookup: Path['column']; target: Table }[] = [];
    let current = table;
    let name = first;
    const names = first.split('/');
    name = names.shift() ?? '';
    while (names.length > 0 || accept('/')) {
      const step = navigationOf(world, current, name);
      if (step === undefined) throw unknownProperty(world, name, current);
      steps.push(step);
      current = step.target;
      name = names.shift() ?? following().text;
    }
    const column = propertyOf(current, name);
    if (column === undefined) throw unknownProperty(world, name, current);
    return { kind: 'path', steps, column };
  }

  const expression = either();
  if (place < tokens.length) throw syntaxError(peek());
  return expression;
}

const literal = (type: Literal['type'], value: Literal['value'], text: string): Literal => ({
  kind: 'literal',
  type,
  value,
  text,
});

function literalValue(token: Token): Literal {
  switch (token.kind) {
    case 'string':
      return literal('string', token.text, token.text);
    case 'number':
      return literal('number', Number(token.text), token.text);
    case 'guid':
      return literal('guid', token.text.toLowerCase(), token.text);
    case 'date':
      return literal('date', Date.parse(token.text), token.text);
    case 'name':
      if (token.text === 'null') return literal('null', null, token.text);
      if (token.text === 'true' || token.text === 'false')
        return literal('boolean', token.text === 'true', token.text);
      break;
    case 'mark':
      break;
    default:
      token satisfies never;
  }
  throw badQuery(`Syntax error at position ${token.at}: '${token.text}' is not expected here.`);
}
