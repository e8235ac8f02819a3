import { badQuery } from '../errors.ts';
import type { QueryOptions } from '../query/options.ts';
import { readExpandItem, splitOutside } from '../query/split.ts';
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
  return new Map(
    splitOutside(text ?? '', ',').map((part) => {
      const item = readExpandItem(part);
      if (item === undefined) throw badQuery(`Syntax error at position 0 in '${part}'.`);
      return [item.name, projectionOf(item.options)];
    }),
  );
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
