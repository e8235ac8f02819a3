import { guidOf } from '../rows/guid.ts';
import { saltOf } from '../rows/random.ts';

/** A stable id for a piece of metadata. */
export const metadataId = (...path: string[]): string => guidOf(saltOf(path.join('/')), path.length);

/** The Label type: every language, and the caller's own. */
export function labelObject(text: string | undefined, path: string) {
  if (text === undefined) return { LocalizedLabels: [], UserLocalizedLabel: null };
  const label = {
    Label: text,
    LanguageCode: 1033,
    IsManaged: true,
    MetadataId: metadataId('label', path),
    HasChanged: null,
  };
  return { LocalizedLabels: [label], UserLocalizedLabel: { ...label } };
}

export const managedProperty = (value: boolean, name: string) => ({
  Value: value,
  CanBeChanged: true,
  ManagedPropertyLogicalName: name,
});
