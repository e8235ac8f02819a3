import type { SaxesOptions, SaxesParser, SaxesTagPlain } from 'saxes';
import { ConnectorError } from '../../core/errors.ts';
import { saxes } from '../../core/packages.ts';

/**
 * An entity type as `$metadata` writes it: own members only, names without alias or namespace. `properties` and
 * `edmTypes` run side by side, because an organisation has 100,000 properties and an object for each costs ten times more.
 */
export interface EntityType {
  readonly name: string;
  readonly base: string | undefined;
  readonly abstract: boolean;
  readonly key: readonly string[];
  readonly properties: readonly string[];
  /** `Edm.Guid`, `mscrm.BooleanManagedProperty`, as written. */
  readonly edmTypes: readonly string[];
  /** Value column (`_customerid_value`) to the entity types that its navigation properties lead to. */
  readonly lookups: ReadonlyMap<string, readonly string[]>;
}

/** An entity set. `changeTracking` is undefined where the document carries no capability annotation (its usual form). */
export interface EntitySet {
  readonly name: string;
  readonly type: string;
  readonly changeTracking: boolean | undefined;
}

/** What extraction needs of a `$metadata` document. Functions, actions, collections and bindings are not kept. */
export interface Csdl {
  readonly types: ReadonlyMap<string, EntityType>;
  readonly sets: readonly EntitySet[];
}

/** A type or set while its element is open. */
type Draft<T> = { -readonly [K in keyof T]: T[K] };
interface TypeDraft extends Draft<EntityType> {
  key: string[];
  properties: string[];
  edmTypes: string[];
  lookups: Map<string, string[]>;
}

/** No namespaces and no line counting: both cost time, and the position is known without. */
type Parser = SaxesParser<SaxesOptions & { xmlns: false; position: false }>;

const changeTrackingTerm = 'Org.OData.Capabilities.V1.ChangeTracking';

/**
 * Reads a CSDL document in one pass while it arrives.
 *
 * Only open tags are listened to: inside an entity type they say all there is, and a close handler would double the calls.
 * Bindings are ignored, since real documents bind `ownerid` to a set `owners` that does not exist.
 *
 * @throws ConnectorError `protocol`, with the character position, when the document is malformed, truncated or not CSDL.
 */
export async function parseCsdl(chunks: AsyncIterable<Buffer>): Promise<Csdl> {
  const types = new Map<string, EntityType>();
  const sets: Draft<EntitySet>[] = [];
  const intern = interner();
  let type: TypeDraft | undefined;
  let set: Draft<EntitySet> | undefined;
  let target = '';
  let tracking = false;

  const onOpen = ({ name: element, attributes: a }: SaxesTagPlain): void => {
    switch (element) {
      case 'Property':
        if (type !== undefined && a['Name'] !== undefined) {
          type.properties.push(intern(a['Name']));
          type.edmTypes.push(intern(a['Type'] ?? ''));
        }
        return;
      case 'NavigationProperty': {
        target = a['Type'] ?? '';
        return;
      }
      case 'ReferentialConstraint':
        if (type !== undefined && a['Property'] !== undefined && !target.startsWith('Collection('))
          addTarget(type.lookups, intern(a['Property']), intern(localName(target)));
        return;
      case 'PropertyRef':
        if (type !== undefined && a['Name'] !== undefined) type.key.push(intern(a['Name']));
        return;
      case 'EntityType':
        type = typeDraft(a, intern);
        types.set(type.name, type);
        return;
      case 'EntitySet':
        set = {
          name: intern(a['Name'] ?? ''),
          type: intern(localName(a['EntityType'] ?? '')),
          changeTracking: undefined,
        };
        sets.push(set);
        return;
      case 'Annotation':
        tracking = a['Term'] === changeTrackingTerm;
        return;
      case 'PropertyValue':
        if (tracking && set !== undefined && a['Property'] === 'Supported')
          set.changeTracking = a['Bool'] === 'true';
        return;
      case 'ComplexType':
      case 'EnumType':
      case 'Function':
      case 'Action':
      case 'EntityContainer':
      case 'Term':
        type = undefined;
        set = undefined;
        return;
    }
  };

  const parser: Parser = new (saxes().SaxesParser)({ xmlns: false, position: false });
  parser.on('opentag', onOpen);
  await feed(parser, chunks);
  if (sets.length === 0)
    throw new ConnectorError('protocol', 'The $metadata document describes no entity sets.');
  return { types, sets };
}

/** Writes the document into the parser; whatever the parser refuses becomes a `protocol` error. */
async function feed(parser: Parser, chunks: AsyncIterable<Buffer>): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ConnectorError(
        'protocol',
        `The $metadata document is malformed or truncated at character ${parser.position}: ${reason}`,
        { cause },
      );
    }
  };
  for await (const chunk of chunks) attempt(() => void parser.write(decoder.decode(chunk, { stream: true })));
  attempt(() => void parser.write(decoder.decode()).close());
}

function typeDraft(a: Record<string, string>, intern: (text: string) => string): TypeDraft {
  return {
    name: intern(a['Name'] ?? ''),
    base: a['BaseType'] === undefined ? undefined : intern(localName(a['BaseType'])),
    abstract: a['Abstract'] === 'true',
    key: [],
    properties: [],
    edmTypes: [],
    lookups: new Map(),
  };
}

function addTarget(lookups: Map<string, string[]>, column: string, target: string): void {
  const targets = lookups.get(column);
  if (targets === undefined) lookups.set(column, [target]);
  else if (!targets.includes(target)) targets.push(target);
}

/** `mscrm.account` and `Microsoft.Dynamics.CRM.account` are both `account`. */
function localName(qualified: string): string {
  return qualified.slice(qualified.lastIndexOf('.') + 1);
}

/**
 * One copy of each distinct name. The copy matters: what the parser hands out are slices, and a slice keeps its whole
 * 64 KiB chunk of the document alive.
 */
function interner(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const copy = Buffer.from(text).toString();
    known.set(copy, copy);
    return copy;
  };
}
