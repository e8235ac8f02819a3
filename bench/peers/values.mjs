// Whether two values are the same, and what happened if they are not. Numbers are marked text, see messages.mjs.
import { numberMark } from './messages.mjs';

/**
 * What happened to a value on its way; undefined when it says the same, in whatever form: a number with other zeros at its
 * end, the same moment written in another way.
 */
export function kindOf(truth, got) {
  if (truth === got) return undefined;
  if (truth === null || got === null) return got === null ? 'became null' : 'was null';
  if (isNumber(truth) && isNumber(got)) {
    return plain(truth) === plain(got) ? undefined : 'digits lost';
  }
  if (typeof truth !== 'string' || typeof got !== 'string') return 'differs';
  if (isNumber(truth) !== isNumber(got)) {
    return plain(truth) === plain(got) ? undefined : 'differs';
  }
  if (/^\d{4}-\d\d-\d\d$/.test(truth)) {
    return got.startsWith(`${truth}T`) ? 'date became a moment' : 'differs';
  }
  return isMoment(truth) && isMoment(got) && moment(truth) === moment(got) ? undefined : 'differs';
}

const isNumber = (value) => typeof value === 'string' && value.startsWith(numberMark);

const isMoment = (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text);

/** A wall clock without zone is compared as it stands. */
const moment = (text) => Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);

/** Digits of a decimal number without exponent and without zeros that say nothing. */
function plain(marked) {
  const text = marked.replace(numberMark, '').toLowerCase();
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const point = whole.length + Number(exponent);
  const digits = `${whole}${fraction}`.padEnd(point, '0');
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits;
  const at = Math.max(point, 1);
  const before = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const after = padded.slice(at).replace(/0+$/, '');
  const number = after === '' ? before : `${before}.${after}`;
  return number === '0' ? number : sign + number;
}
