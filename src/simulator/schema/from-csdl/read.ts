import { SaxesParser } from 'saxes';

/** What a CSDL document says of a type, as far as rows need it. Names are local: without namespace or alias. */
export interface CsdlType {
  readonly name: string;
  readonly base: string | undefined;
  readonly key: string[];
  readonly properties: { readonly name: string; readonly type: string }[];
  /** Single-valued navigation properties, with the column that holds them. */
  readonly navigations: { readonly name: string; readonly target: string; column?: string }[];
}

export interface CsdlSet {
  readonly name: string;
  readonly type: string;
  /** Undefined where the document does not say. */
  changeTracking?: boolean;
}

export interface Csdl {
  readonly types: ReadonlyMap<string, CsdlType>;
  readonly sets: readonly CsdlSet[];
}

const local = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Reads a CSDL document. @throws Error when it is none. */
export function readCsdl(text: string): Csdl {
  const types = new Map<string, CsdlType>();
  const sets: CsdlSet[] = [];
  let type: CsdlType | undefined;
  let set: CsdlSet | undefined;
  let navigation: CsdlType['navigations'][number] | undefined;
  let annotation = '';
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('error', (error) => {
    throw new Error(`it is no XML: ${error.message}`);
  });
  parser.on('opentag', ({ name: tag, attributes }) => {
    const given = (name: string): string => String(attributes[name] ?? '');
    switch (tag.slice(tag.indexOf(':') + 1)) {
      case 'EntityType': {
        const base = given('BaseType');
        type = {
          name: given('Name'),
          base: base === '' ? undefined : local(base),
          key: [],
          properties: [],
          navigations: [],
        };
        types.set(type.name, type);
        break;
      }
      case 'PropertyRef':
        type?.key.push(given('Name'));
        break;
      case 'Property':
        type?.properties.push({ name: given('Name'), type: given('Type') });
        break;
      case 'NavigationProperty':
        if (type === undefined || given('Type').startsWith('Collection(')) break;
        navigation = { name: given('Name'), target: local(given('Type')) };
        type.navigations.push(navigation);
        break;
      case 'ReferentialConstraint':
        if (navigation !== undefined) navigation.column ??= given('Property');
        break;
      case 'EntitySet':
        set = { name: given('Name'), type: local(given('EntityType')) };
        sets.push(set);
        break;
      case 'Annotation':
        annotation = given('Term');
        break;
      case 'PropertyValue':
        if (set !== undefined && annotation.endsWith('.ChangeTracking') && given('Property') === 'Supported')
          set.changeTracking = given('Bool') === 'true';
        break;
      default:
    }
  });
  parser.on('closetag', ({ name: tag }) => {
    const name = tag.slice(tag.indexOf(':') + 1);
    if (name === 'EntityType') type = undefined;
    if (name === 'NavigationProperty') navigation = undefined;
    if (name === 'EntitySet') set = undefined;
  });
  parser.write(text).close();
  if (sets.length === 0) throw new Error('it is no CSDL document: it has no EntitySet');
  return { types, sets };
}

/** A type and the types that it inherits from, the nearest first. */
export function lineOf(csdl: Csdl, name: string): CsdlType[] {
  const line: CsdlType[] = [];
  let next: string | undefined = name;
  while (next !== undefined) {
    const type: CsdlType | undefined = csdl.types.get(next);
    if (type === undefined || line.includes(type)) break;
    line.push(type);
    next = type.base;
  }
  return line;
}
