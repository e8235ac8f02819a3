import type { Column, ColumnType, Option } from './types.ts';

/**
 * Builders of columns. Names are given as schema names (`Address1_City`): the logical name is their lower case and the
 * English label is made of their words, as the platform's own labels mostly are.
 */
type Extra = Partial<Omit<Column, 'logicalName' | 'schemaName' | 'type'>>;

/** `Address1_City` -> `Address 1: City`; `IndustryCode` -> `Industry`. */
export function labelOf(schemaName: string): string {
  const [head = '', ...rest] = schemaName.replace(/^[a-z]+_(?=[A-Za-z])/, '').split('_');
  const words = (text: string) =>
    text
      .replace(/([a-z])([A-Z0-9])/g, '$1 $2')
      .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
      .replace(/(?<=\S) (Code|Id)$/, '')
      .replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return rest.length === 0 ? words(head) : `${words(head)}: ${rest.map(words).join(' ')}`;
}

function column(type: ColumnType, schemaName: string, extra: Extra = {}): Column {
  const logicalName = schemaName.toLowerCase();
  return { logicalName, name: logicalName, schemaName, label: labelOf(schemaName), type, ...extra };
}

/** Columns of one type from names separated by blanks; `Name:160` gives a length or a scale. */
function many(type: ColumnType, names: string, read: (digits: number | undefined) => Extra, extra: Extra) {
  return names.split(/\s+/).map((entry) => {
    const [name = '', digits] = entry.split(':');
    return column(type, name, { ...read(digits === undefined ? undefined : Number(digits)), ...extra });
  });
}

/** Strings; `Name:160` sets the length, 100 by default. */
export const strings = (names: string, extra: Extra = {}) =>
  many('string', names, (length) => ({ maxLength: length ?? 100 }), extra);
export const memos = (names: string, extra: Extra = {}) =>
  many('memo', names, (length) => ({ maxLength: length ?? 2000 }), extra);
export const integers = (names: string, extra: Extra = {}) => many('integer', names, () => ({}), extra);
export const bigints = (names: string, extra: Extra = {}) => many('bigint', names, () => ({}), extra);
export const doubles = (names: string, extra: Extra = {}) => many('double', names, () => ({}), extra);
/** Decimals; `Name:2` sets the scale, 10 by default. */
export const decimals = (names: string, extra: Extra = {}) =>
  many('decimal', names, (scale) => ({ scale: scale ?? 10 }), extra);
export const booleans = (names: string, extra: Extra = {}) =>
  many('boolean', names, () => ({ options: yesNo }), extra);
export const datetimes = (names: string, extra: Extra = {}) => many('datetime', names, () => ({}), extra);
export const dates = (names: string, extra: Extra = {}) => many('date', names, () => ({}), extra);
export const guids = (names: string, extra: Extra = {}) => many('guid', names, () => ({}), extra);
export const key = (name: string) => column('key', name);

const yesNo: readonly Option[] = [
  { value: 0, label: 'No' },
  { value: 1, label: 'Yes' },
];

/** A money column and its amount in the base currency. */
export const money = (names: string, extra: Extra = {}): Column[] =>
  names
    .split(/\s+/)
    .flatMap((name) => [
      column('money', name, { scale: 4, ...extra }),
      column('money', `${name}_Base`, { scale: 4, recipe: 'base-amount', ...extra }),
    ]);

/** Options from labels: `A|B|C` are numbered from 1; `7=A|9=B` says the values. */
function optionsOf(labels: string): Option[] {
  return labels.split('|').map((entry, index) => {
    const match = /^(\d+)=(.*)$/.exec(entry);
    return match ? { value: Number(match[1]), label: match[2] ?? '' } : { value: index + 1, label: entry };
  });
}

/** Choices whose options are a global set that several tables share. */
const globalSets = ['budgetstatus', 'need', 'initialcommunication', 'purchaseprocess', 'purchasetimeframe'];

export const choice = (name: string, labels: string, extra: Extra = {}): Column[] => [
  column('choice', name, {
    options: optionsOf(labels),
    ...(globalSets.includes(name.toLowerCase()) ? { globalOptions: name.toLowerCase() } : {}),
    ...extra,
  }),
  companion(`${name}Name`, name),
];

export const choices = (name: string, labels: string, extra: Extra = {}): Column[] => [
  column('choices', name, { options: optionsOf(labels), ...extra }),
];

/** `Active:1=Active|Inactive:2=Inactive`: states in order with the statuses of each (`,` between statuses). */
export function states(text: string): Column[] {
  const parsed = text.split('|').map((entry, state) => {
    const [label = '', list = ''] = entry.split(':');
    const statuses = list.split(',').map((status) => {
      const [value, name = ''] = status.split('=');
      return { value: Number(value), label: name, state };
    });
    return { option: { value: state, label, defaultStatus: statuses[0]?.value ?? 1 }, statuses };
  });
  return [
    column('state', 'StateCode', { label: 'Status', options: parsed.map((state) => state.option) }),
    column('status', 'StatusCode', {
      label: 'Status Reason',
      options: parsed.flatMap((state) => state.statuses),
    }),
    companion('StateCodeName', 'StateCode'),
    companion('StatusCodeName', 'StatusCode'),
  ];
}

/** A label column of EntityDefinitions that is no property of the Web API. */
const companion = (name: string, of: string): Column =>
  column('string', name, { surfaced: false, attributeOf: of.toLowerCase() });

/** A lookup `ParentAccountId` to one table, or with `a|b` to several (then one navigation property each). */
export function lookup(name: string, targets: string, extra: Extra & { navigation?: string } = {}): Column[] {
  const { navigation, ...rest } = extra;
  const logicalName = name.toLowerCase();
  const list = targets.split('|');
  const stem = navigation ?? logicalName;
  const navigations = list.map((target) => ({
    name: list.length === 1 ? stem : `${stem}_${target}`,
    target,
  }));
  return [
    column('lookup', name, { name: `_${logicalName}_value`, navigations, ...rest }),
    companion(`${name}Name`, name),
  ];
}

export function customer(name: string, extra: Extra = {}): Column[] {
  return lookup(name, 'account|contact', extra).map((each) =>
    each.type === 'lookup' ? { ...each, type: 'customer' as const } : each,
  );
}

export { column };
