import { badQuery } from '../errors.ts';
import { parseOptions, type QueryOptions } from '../query/options.ts';
import { metadataTest } from './filter.ts';

type Json = Record<string, unknown>;

/** Options of a metadata read, at the top or inside the parentheses of `$expand`. */
export interface Projection {
  readonly select: readonly string[] | undefined;
  readonly expand: ReadonlyMap<string, Projection>;
  readonly filter: string | undefined;
}

export function projectionOf(options: QueryOptions): Projection {
  return {
    select: options
      .get('$select')
      ?.split(',')
      .map((name) => name.trim()),
    expand: parseExpand(options.get('$expand')),
    filter: options.get('$filter'),
  };
}

/** `Attributes($select=LogicalName;$filter=...),Keys` */
function parseExpand(text: string | undefined): ReadonlyMap<string, Projection> {
  const found = new Map<string, Projection>();
  for (const part of splitOutside(text ?? '', ',')) {
    const match = /^\s*(\w+)(?:\(([\s\S]*)\))?\s*$/.exec(part);
    if (match === null) throw badQuery(`Syntax error at position 0 in '${part}'.`);
    const inner = splitOutside(match[2] ?? '', ';')
      .map((option) => option.replaceAll('%', '%25').replaceAll('&', '%26').replaceAll('+', '%2B'))
      .join('&');
    found.set(match[1] ?? '', projectionOf(parseOptions(inner)));
  }
  return found;
}

/** Splits at separators that stand in no parentheses and no string. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === "'") quoted = !quoted;
    if (quoted) continue;
    if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (depth === 0 && letter === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** Members that are navigation properties of derived attribute types: they come when expanded. */
const navigations = ['OptionSet', 'GlobalOptionSet'];
/** Members that only derived attribute types have, so that a collection without a cast cannot select them. */
const derived = new Set([
  'Targets',
  'MaxLength',
  'Precision',
  'PrecisionSource',
  'DateTimeBehavior',
  'Format',
  'FormatName',
  'MinValue',
  'MaxValue',
  'DefaultFormValue',
  'DefaultValue',
]);

/**
 * Cuts a metadata object down to what was asked. `MetadataId` always stays; unknown names are refused.
 *
 * @param kind - name of the metadata type, for error messages
 */
export function project(
  object: Json,
  projection: Projection,
  kind: string,
  expansions: Readonly<Record<string, () => Json[]>> = {},
): Json {
  const unknown = (name: string) =>
    badQuery(`Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${kind}'.`);
  for (const name of projection.select ?? []) {
    if (!(name in object) || (kind === 'AttributeMetadata' && derived.has(name))) throw unknown(name);
  }
  const result: Json = {};
  for (const [name, value] of Object.entries(object)) {
    const kept =
      projection.select === undefined ? !navigations.includes(name) : projection.select.includes(name);
    if (kept || name === '@odata.type' || name === 'MetadataId') result[name] = value;
  }
  for (const [name, inner] of projection.expand) {
    const list = expansions[name];
    if (list !== undefined) {
      const test = inner.filter === undefined ? undefined : metadataTest(inner.filter);
      result[name] = list()
        .filter((each) => test === undefined || test(each))
        .map((each) => project(each, inner, name === 'Attributes' ? 'AttributeMetadata' : name));
    } else if (navigations.includes(name) && kind !== 'AttributeMetadata') {
      const single = object[name];
      result[name] = isObject(single) ? project(single, inner, 'OptionSetMetadata') : null;
    } else {
      throw unknown(name);
    }
  }
  return result;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
