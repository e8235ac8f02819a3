import { badQuery, refusal } from '../errors.ts';
import type { Column, Table } from '../schema/types.ts';
import type { World } from '../world.ts';
import { collectionOf } from './collections.ts';
import type { Comparison, Expression, Literal, Operand, Path } from './expression.ts';
import { literalOf } from './literals.ts';
import { navigationOf, propertyOf, unknownProperty } from './properties.ts';
import { readTokens, type TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

const comparisons: readonly string[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const isComparison = (text: string): text is Comparison => comparisons.includes(text);
const mostConditions = 500;

/** Where an expression is read: names belong to this table, or to the variable of a lambda. */
interface Scope {
  readonly world: World;
  readonly table: Table;
  readonly variable: string | undefined;
  readonly tokens: TokenReader;
  readonly aliases: ReadonlyMap<string, string>;
  readonly conditions: { count: number };
}

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
  const tokens = readTokens(text);
  const expression = either({ world, table, variable: undefined, tokens, aliases, conditions: { count: 0 } });
  if (tokens.peek() !== undefined) throw tokens.fail();
  return expression;
}

function either(scope: Scope): Expression {
  let left = both(scope);
  while (scope.tokens.accept('or')) left = { kind: 'or', left, right: both(scope) };
  return left;
}

function both(scope: Scope): Expression {
  let left = unary(scope);
  while (scope.tokens.accept('and')) left = { kind: 'and', left, right: unary(scope) };
  return left;
}

function unary(scope: Scope): Expression {
  const { tokens } = scope;
  if (tokens.accept('not')) return { kind: 'not', operand: unary(scope) };
  if (tokens.accept('(')) {
    const inner = either(scope);
    tokens.take(')');
    return inner;
  }
  if (++scope.conditions.count > mostConditions) {
    throw refusal(
      400,
      '0x8004430c',
      `Number of conditions in query exceeded maximum limit of ${mostConditions}.`,
    );
  }
  const isName = tokens.peek()?.kind === 'name';
  if (isName && tokens.peek(1)?.text === '(') return call(scope);
  if (isName && tokens.peek(1)?.text === '/' && ['any', 'all'].includes(tokens.peek(2)?.text ?? ''))
    return lambda(scope);
  return comparison(scope);
}

function comparison(scope: Scope): Expression {
  const left = operand(scope);
  const token = scope.tokens.take();
  if (!isComparison(token.text)) throw scope.tokens.fail(token);
  return { kind: 'compare', operator: token.text, left, right: operand(scope) };
}

/** `contact_customer_accounts/any(c:c/fullname eq 'x')`, `.../any()`. */
function lambda(scope: Scope): Expression {
  const { tokens, world } = scope;
  const name = tokens.take().text;
  tokens.take('/');
  const quantifier = tokens.take().text === 'any' ? 'any' : 'all';
  tokens.take('(');
  const collection = collectionOf(world, scope.table, name);
  if (collection === undefined) throw unknownProperty(world, name, scope.table);
  if (quantifier === 'any' && tokens.accept(')'))
    return { kind: 'lambda', quantifier, collection, condition: undefined };
  const variable = tokens.take().text;
  tokens.take(':');
  const condition = either({ ...scope, table: collection.target, variable });
  tokens.take(')');
  return { kind: 'lambda', quantifier, collection, condition };
}

function call(scope: Scope): Expression {
  const { tokens } = scope;
  const name = tokens.take();
  tokens.take('(');
  if (name.text === 'contains' || name.text === 'startswith' || name.text === 'endswith') {
    const path = operand(scope);
    tokens.take(',');
    const wanted = operand(scope);
    tokens.take(')');
    if (path.kind !== 'path' || wanted.kind !== 'literal') throw tokens.fail(name);
    return { kind: 'text', test: name.text, path, text: String(wanted.value ?? '') };
  }
  if (name.text.startsWith('Microsoft.Dynamics.CRM.')) return platformFunction(scope, name);
  throw badQuery(`An unknown function with name '${name.text}' was found.`);
}

/** `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=['a','b'])`; parameters may be aliases. */
function platformFunction(scope: Scope, name: Token): Expression {
  const { tokens, aliases } = scope;
  let path: Path | undefined;
  const values: Literal[] = [];
  while (!tokens.accept(')')) {
    const parameter = tokens.take().text;
    tokens.take('=');
    const alias = tokens.peek()?.text.startsWith('@') ? aliases.get(tokens.take().text) : undefined;
    const given = literals(alias === undefined ? tokens : readTokens(alias));
    if (parameter === 'PropertyName') path = namedPath(scope, String(given[0]?.value ?? ''));
    else values.push(...given);
    tokens.accept(',');
  }
  return { kind: 'function', name: name.text.slice('Microsoft.Dynamics.CRM.'.length), path, values };
}

/** One literal, or a list in brackets. */
function literals(tokens: TokenReader): Literal[] {
  if (!tokens.accept('[')) return [literalOf(tokens.take())];
  const list: Literal[] = [];
  while (!tokens.accept(']')) {
    list.push(literalOf(tokens.take()));
    tokens.accept(',');
  }
  return list;
}

function operand(scope: Scope): Operand {
  const token = scope.tokens.take();
  if (token.kind !== 'name' || ['null', 'true', 'false'].includes(token.text)) return literalOf(token);
  if (token.text.startsWith('@')) {
    const alias = scope.aliases.get(token.text);
    return literalOf(alias === undefined ? { kind: 'name', text: 'null', at: 0 } : readTokens(alias).take());
  }
  const names = [token.text];
  while (scope.tokens.accept('/')) names.push(scope.tokens.take().text);
  return pathOf(scope, names);
}

const namedPath = (scope: Scope, text: string): Path =>
  pathOf({ ...scope, variable: undefined }, text.split('/'));

function pathOf({ world, table, variable }: Scope, written: readonly string[]): Path {
  const names = variable !== undefined && written[0] === variable ? written.slice(1) : written;
  const steps: { lookup: Column; target: Table }[] = [];
  let current = table;
  for (const name of names.slice(0, -1)) {
    const step = navigationOf(world, current, name);
    if (step === undefined) throw unknownProperty(world, name, current);
    steps.push(step);
    current = step.target;
  }
  const last = names.at(-1) ?? '';
  const column = propertyOf(current, last);
  if (column === undefined) throw unknownProperty(world, last, current);
  return { kind: 'path', steps, column };
}
