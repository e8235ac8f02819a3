import { chainOf } from './columns.ts';
import type { Csdl, EntitySet, EntityType } from './csdl.ts';
import type { TableDefinition } from './definitions.ts';
import { isPublishedByMicrosoft, isStandardTable, refusalOf } from './known.ts';
import { streamName } from './names.ts';
import type { ExcludedTable, TableKind } from './types.ts';
import type { Want } from './wanted.ts';

/** A set that will be a stream: everything but its columns. */
export interface Outline {
  readonly set: EntitySet;
  /** The type and its base types, itself first. */
  readonly chain: readonly EntityType[];
  readonly key: string;
  readonly kind: TableKind;
  readonly custom: boolean;
  readonly definition: TableDefinition | undefined;
}

/** Sorts the wanted sets into those that can be read and those that cannot, with reasons. Sets not wanted are in neither. */
export function outlinesOf(
  csdl: Csdl,
  definitions: ReadonlyMap<string, TableDefinition> | undefined,
  want: Want,
): { readonly outlines: readonly Outline[]; readonly excluded: readonly ExcludedTable[] } {
  const outlines = new Map<string, Outline>();
  const excluded: ExcludedTable[] = [];
  for (const set of [...csdl.sets].sort(byStreamName)) {
    const definition = definitions?.get(set.type);
    const custom = definition?.custom ?? (definitions === undefined && !isPublishedByMicrosoft(set.type));
    if (!want.matches({ setName: set.name, standard: isStandardTable(set.type), custom })) continue;
    const outline = outlineOf(csdl, set, definition, custom);
    const twin = outlines.get(streamName(set.name));
    if (typeof outline === 'string') excluded.push({ setName: set.name, reason: outline });
    else if (twin !== undefined)
      excluded.push({
        setName: set.name,
        reason: `its stream would have the same name as that of ${twin.set.name}`,
      });
    else outlines.set(streamName(set.name), outline);
  }
  return { outlines: [...outlines.values()], excluded };
}

/** By stream name; among sets with one stream name, first the one that bears it letter for letter. */
function byStreamName(a: EntitySet, b: EntitySet): number {
  const [left, right] = [streamName(a.name), streamName(b.name)];
  if (left !== right) return left < right ? -1 : 1;
  if (a.name === left || b.name === right) return a.name === left ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** The outline of a set, or the reason why it cannot be read. */
function outlineOf(
  csdl: Csdl,
  set: EntitySet,
  definition: TableDefinition | undefined,
  custom: boolean,
): Outline | string {
  const type = csdl.types.get(set.type);
  if (type === undefined) return `its type ${set.type} is not described`;
  const chain = chainOf(csdl, type);
  if (typeof chain === 'string') return chain;
  if (chain.some(({ name }) => name === 'MetadataBase')) return 'it holds definitions, not rows';
  const refusal = refusalOf(type.name);
  if (refusal !== undefined) return refusal;
  if (definition?.private === true) return 'it is private to the system';
  const key = keyOf(chain, definition?.primaryId);
  if ('reason' in key) return key.reason;
  return { set, chain, key: key.name, kind: definition?.kind ?? kindOf(chain), custom, definition };
}

/**
 * The key column. The server's PrimaryIdAttribute is right where it is known. `$metadata` gives `ownerid` for systemuser
 * and team, which they inherit from the abstract `principal`; their own id holds the same value and is what lookups name.
 */
function keyOf(
  chain: readonly EntityType[],
  primaryId: string | undefined,
): { readonly name: string } | { readonly reason: string } {
  if (primaryId !== undefined && edmTypeOf(chain, primaryId) === 'Edm.Guid') return { name: primaryId };
  const [name, ...more] = chain.find((type) => type.key.length > 0)?.key ?? [];
  if (name === undefined) return { reason: 'it has no key' };
  if (more.length > 0) return { reason: `its key has ${more.length + 1} columns` };
  const [type] = chain;
  const inherited = chain.find(({ properties }) => properties.includes(name));
  const own = `${type?.name}id`;
  if (inherited?.abstract === true && type?.properties.includes(own)) return { name: own };
  const edm = edmTypeOf(chain, name);
  if (edm === undefined) return { reason: `its key ${name} is not among its columns` };
  return edm === 'Edm.Guid' ? { name } : { reason: `its key ${name} is no guid but ${edm}` };
}

function edmTypeOf(chain: readonly EntityType[], property: string): string | undefined {
  for (const type of chain) {
    const index = type.properties.indexOf(property);
    if (index >= 0) return type.edmTypes[index];
  }
  return undefined;
}

/**
 * The kind when only `$metadata` is known: an N:N table has its key, the two ids that it joins (plain guids, no lookups)
 * and a version number, and nothing else.
 */
function kindOf(chain: readonly EntityType[]): TableKind {
  const names = chain.flatMap((type) => type.properties);
  const edmTypes = chain.flatMap((type) => type.edmTypes);
  const guids = edmTypes.filter((edm) => edm === 'Edm.Guid').length;
  return names.length === 4 && guids === 3 && names.includes('versionnumber') ? 'intersect' : 'standard';
}
