import { isReference, type Value } from '../rows/values.ts';
import type { Column } from '../schema/types.ts';

/** The JSON text of a value. Digits of decimals and big integers are written as they are, never through a JavaScript number. */
export function jsonOf(column: Column, value: Value): string {
  if (value === null) return 'null';
  if (isReference(value)) return `"${value.id}"`;
  switch (column.type) {
    case 'decimal':
    case 'money':
    case 'bigint':
      return String(value);
    case 'datetime':
    case 'naive':
      return `"${seconds(Number(value))}"`;
    case 'managed':
      return `{"Value":${value === true},"CanBeChanged":true,"ManagedPropertyLogicalName":"${column.logicalName}"}`;
    default:
      return typeof value === 'string' ? quoted(value) : String(value);
  }
}

/** JSON text of a string; most need no escape, which is quicker found out than escaped. */
const quoted = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : `"${text}"`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to be escaped
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Whole seconds and a Z: the service stores milliseconds and prints none. */
function seconds(at: number): string {
  const day = Math.floor(at / dayLength);
  const second = Math.floor((at - day * dayLength) / 1000);
  const minute = Math.floor(second / 60);
  return `${dayText(day)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second % 60)}Z`;
}

const dayLength = 86_400_000;
const mostDays = 20_000;
const days = new Map<number, string>();

/** Rows fall on few days, whose text is kept. */
function dayText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * dayLength);
  const year = `${date.getUTCFullYear()}`.padStart(4, '0');
  const made = `${year}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  if (days.size < mostDays) days.set(day, made);
  return made;
}

const two = (number: number): string => (number < 10 ? `0${number}` : `${number}`);

const integerFormat = new Intl.NumberFormat('en-US');
const moneyFormat = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const fullDate = { timeZone: 'UTC', year: 'numeric', month: 'numeric', day: 'numeric' } as const;
const dateTimeFormat = new Intl.DateTimeFormat('en-US', { ...fullDate, hour: 'numeric', minute: '2-digit' });

/** The text of a value in the calling user's language (en-US, UTC); undefined where the service gives none. */
export function formatted(
  column: Column,
  value: Value,
  nameOf: (value: Value) => string | undefined,
): string | undefined {
  if (value === null) return undefined;
  if (isReference(value)) return nameOf(value);
  const label = (number: number): string =>
    column.options?.find((option) => option.value === number)?.label ?? String(number);
  switch (column.type) {
    case 'choice':
    case 'state':
    case 'status':
      return label(Number(value));
    case 'choices':
      return String(value)
        .split(',')
        .map((each) => label(Number(each)))
        .join('; ');
    case 'boolean':
      return label(value === true ? 1 : 0);
    case 'money':
      return moneyFormat.format(Number(value));
    case 'integer':
    case 'version':
    case 'bigint':
      return integerFormat.format(value as number | bigint);
    case 'decimal':
    case 'double':
      return new Intl.NumberFormat('en-US', {
        minimumFractionDigits: 2,
        maximumFractionDigits: column.scale ?? 5,
      }).format(Number(value));
    case 'datetime':
    case 'naive':
      return dateTimeFormat.format(Number(value)).replace(',', '').replaceAll('\u202f', ' ');
    case 'date':
      return new Intl.DateTimeFormat('en-US', fullDate).format(Date.parse(String(value)));
    default:
      return undefined;
  }
}
