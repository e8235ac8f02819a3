import fc from 'fast-check';
import type { Simulator } from '../../src/simulator/index.ts';

/** What others do in an environment, as far as the table `accounts` is concerned. `place` chooses a row or a column. */
export type Happening =
  | { readonly kind: 'update' | 'touch' | 'remove' | 'drop_column'; readonly place: number }
  | { readonly kind: 'create' | 'add_column' | 'add_choice' }
  | { readonly kind: 'import'; readonly rows: number }
  | { readonly kind: 'fault'; readonly fault: keyof typeof faults; readonly after: number }
  /** The time passes after which tokens are no longer accepted. */
  | { readonly kind: 'expire' };

/** Faults that the service or the way to it may have at any moment, and that pass. */
const faults = {
  throttled: { kind: 'status', status: 429, code: '0x80072322', retryAfter: 1 },
  unavailable: { kind: 'status', status: 503, retryAfter: 0 },
  gateway_page: { kind: 'gateway_page', status: 502 },
  reset: { kind: 'reset_before_headers' },
  reset_in_the_middle: { kind: 'reset_mid_body' },
  cut_off: { kind: 'close_mid_body' },
  access_expired: { kind: 'expired_token' },
} as const;

/** Columns that can be dropped without harm to the rest. */
const droppable = ['telephone1', 'fax', 'websiteurl', 'description', 'revenue'];

const day = 86_400_000;

/** Writes, edits of the schema and faults; deletes where the way to read sees them. */
export function happenings(deletes: boolean): fc.Arbitrary<Happening> {
  const place = fc.nat(400);
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('update' as const), place }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('create' as const) }) },
    { weight: deletes ? 4 : 0, arbitrary: fc.record({ kind: fc.constant('remove' as const), place }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('touch' as const, 'drop_column' as const), place }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('add_column' as const, 'add_choice' as const) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('import' as const), rows: fc.integer({ min: 1, max: 25 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('fault' as const),
        fault: fc.constantFrom(...(Object.keys(faults) as (keyof typeof faults)[])),
        after: fc.nat(4),
      }),
    },
  );
}

/** Lets something happen in the environment. `serial` makes names unlike all others. */
export function happen({ control }: Simulator, what: Happening, serial: number): void {
  const key = (place: number): string => {
    const rows = [...control.rows('account')];
    return JSON.parse(rows[place % rows.length] ?? '{}').accountid;
  };
  switch (what.kind) {
    case 'update':
      control.update('account', key(what.place), { name: `changed ${serial}` });
      break;
    case 'touch':
      control.touch('account', [key(what.place)]);
      break;
    case 'remove':
      control.remove('account', key(what.place));
      break;
    case 'create':
      control.create('account', [{ name: `created ${serial}` }]);
      break;
    case 'import':
      control.bulk('account', what.rows);
      break;
    case 'add_column':
      control.addColumn('account', { name: `new_column${serial}`, type: 'string' });
      break;
    case 'add_choice':
      control.addOption('account', 'industrycode', { value: 9000 + serial, label: `choice ${serial}` });
      break;
    case 'drop_column': {
      const name = droppable[what.place % droppable.length] ?? '';
      const [row = '{}'] = control.rows('account');
      if (Object.hasOwn(JSON.parse(row), name)) control.dropColumn('account', name);
      break;
    }
    case 'fault':
      control.addFault({ on: 'accounts', after: what.after, ...faults[what.fault] });
      break;
    case 'expire':
      control.advance(8 * day);
      break;
    default:
      what satisfies never;
  }
}
