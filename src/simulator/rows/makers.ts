// One file, though long: which recipe fills which column is one decision, taken in the order in which it stands here.
import type { Column, Table } from '../schema/types.ts';
import type { GeneratedRow, GeneratedRows, Maker } from './generated.ts';
import { guidOf } from './guid.ts';
import { fraction, mix, pick, saltOf } from './random.ts';
import { type Recipe, recipeByName, recipes } from './recipes.ts';
import { isReference, type Value } from './values.ts';

/** What makers need to know of the other tables. */
export interface Surroundings {
  readonly seed: number;
  readonly organizationId: string;
  readonly expireChangeTrackingInDays: number;
  /** Generated rows of a table; undefined where the table is not installed or has none. */
  readonly rowsOf: (logicalName: string) => GeneratedRows | undefined;
}

const day = 86_400_000;

/** Compiles the way of making a column's values: a function of the row's index and of a salt of seed, table and column. */
export function makerOf(table: Table, column: Column, world: Surroundings, own: () => GeneratedRows): Maker {
  const salt = saltOf(`${world.seed}/${table.logicalName}/${column.logicalName}`);
  const emptySalt = mix(salt, 1);
  const special = specialMaker(table, column, world, own, salt);
  if (special !== undefined) return special;
  const make = recipeOf(table, column, world);
  const filled = column.filled ?? filledByType(column);
  const longest = (column.type === 'memo' ? undefined : column.maxLength) ?? Number.POSITIVE_INFINITY;
  return (row) => {
    if (filled < 1 && fraction(mix(emptySalt, row.index)) >= filled) return null;
    const value = make(mix(salt, row.index), row, column);
    return typeof value === 'string' && value.length > longest ? value.slice(0, longest) : value;
  };
}

function filledByType(column: Column): number {
  if (column.recipe !== undefined) return 1;
  if (column.type === 'state' || column.type === 'status' || column.type === 'boolean') return 1;
  if (/^yomi/.test(column.logicalName)) return 0;
  if (/^(fullname|firstname|lastname|emailaddress1|telephone1)$/.test(column.logicalName)) return 1;
  return column.type === 'lookup' ? 0.5 : 0.65;
}

function recipeOf(table: Table, column: Column, world: Surroundings): Recipe {
  if (column.recipe !== undefined && recipes[column.recipe] !== undefined)
    return recipes[column.recipe] as Recipe;
  switch (column.type) {
    case 'string':
    case 'memo':
    case 'entityname':
      return recipeByName(column);
    case 'integer':
      return (hash) => hash % 10_000;
    case 'bigint':
      return (hash) => 9_007_199_254_740_993n + BigInt(hash);
    case 'double':
      return recipeByNumber(column);
    case 'decimal':
    case 'money': {
      const scale = column.scale ?? 2;
      const top = column.type === 'money' ? 1_000_000 : 10_000;
      return (hash) => {
        const whole = Math.floor(fraction(hash) * top);
        const digits = column.type === 'money' ? `${String(hash % 100).padStart(2, '0')}` : String(hash);
        return scale === 0 ? String(whole) : `${whole}.${digits.padEnd(scale, '0').slice(0, scale)}`;
      };
    }
    case 'boolean':
    case 'managed':
      return (hash) => hash % 2 === 0;
    case 'choice':
      return (hash) => (column.options?.length ? pick(column.options, weighted(hash)).value : hash % 5);
    case 'state': {
      const states = column.options ?? [];
      if (states.length === 0) return (hash) => hash % 2;
      const merges = table.columns.some(({ name }) => name === 'merged');
      // A row that was merged into another is inactive, disqualified or canceled: the last state of its table.
      return (hash, row) =>
        (merges && row.value('merged') === true ? states.at(-1) : pick(states, weighted(hash)))?.value ?? 0;
    }
    case 'choices':
      return (hash) =>
        (column.options ?? [])
          .filter((_, index) => (hash >>> index) % 2 === 1)
          .map((option) => option.value)
          .join(',') || null;
    case 'status':
      return (hash, row) => {
        const state = row.value('statecode');
        const fitting = (column.options ?? []).filter(
          (option) => option.state === undefined || option.state === state,
        );
        return fitting.length > 0 ? pick(fitting, hash).value : 1;
      };
    case 'datetime':
      return (hash, row) => createdOn(row) + ((hash % 90) - 10) * day + (hash % 86_400) * 1000;
    case 'naive':
      return (hash, row) => Math.floor(createdOn(row) / day) * day + (hash % 48) * 1_800_000;
    case 'date': {
      const birth = /birthdate|anniversary/.test(column.logicalName);
      return (hash, row) => {
        const at = birth ? (hash % 18_000) * day - 6_000 * day : createdOn(row) + (hash % 120) * day;
        return new Date(at).toISOString().slice(0, 10);
      };
    }
    case 'guid':
    case 'file':
    case 'image':
      return (hash, row) => guidOf(hash, row.index);
    case 'lookup':
    case 'customer':
    case 'owner':
      return lookupRecipe(column, world);
    case 'key':
    case 'version':
      throw new Error(
        `${table.logicalName}.${column.logicalName}: keys and versions are not made by recipes`,
      );
    default:
      column.type satisfies never;
      throw new Error('unknown column type');
  }
}

const recipeByNumber = (column: Column): Recipe =>
  /latitude$|longitude$/.test(column.logicalName)
    ? recipeByName(column)
    : (hash) => Number((fraction(hash) * 1000).toFixed(3));

/** Prefers the first options: most rows are active. */
const weighted = (hash: number): number => (hash % 10 < 7 ? 0 : hash >>> 4);

const createdOn = (row: GeneratedRow): number => Number(row.value('createdon') ?? 0);

function lookupRecipe(column: Column, world: Surroundings): Recipe {
  const targets =
    column.type === 'owner' ? ['systemuser', 'team'] : (column.navigations ?? []).map((each) => each.target);
  // Known when the first row is written: by then all tables are there.
  let known: readonly string[] | undefined;
  return (hash) => {
    known ??= targets.filter((target) => (world.rowsOf(target)?.count ?? 0) > 0);
    const present = known;
    if (present.length === 0) return null;
    // A tenth of the rows are owned by teams; other polymorphic lookups spread evenly.
    const target =
      column.type === 'owner'
        ? hash % 10 === 0 && present.includes('team')
          ? 'team'
          : 'systemuser'
        : pick(present, hash >>> 5);
    const rows = world.rowsOf(target);
    return rows === undefined || rows.count === 0
      ? null
      : { table: target, id: rows.key(Math.floor(fraction(mix(hash, 3)) * rows.count)) };
  };
}

/** Makers that look at other tables or at the row's own place. */
function specialMaker(
  table: Table,
  column: Column,
  world: Surroundings,
  own: () => GeneratedRows,
  salt: number,
): Maker | undefined {
  if (column.type === 'key') return (row) => row.key;
  if (column.type === 'version') return (row) => own().rising('versionnumber', row.index);
  const part = (row: GeneratedRow, name: string, target: string): Value => {
    const value = row.value(name);
    return isReference(value) && value.table === target ? value : null;
  };
  const hash = (row: GeneratedRow): number => mix(salt, row.index);
  const keyOf = /^key-of:(.+)$/.exec(column.recipe ?? '')?.[1];
  if (keyOf !== undefined) {
    return (row) => {
      const rows = world.rowsOf(keyOf);
      return rows === undefined || rows.count === 0 ? null : rows.key(hash(row) % rows.count);
    };
  }
  switch (column.recipe) {
    case 'created':
      return (row) => own().rising('createdon', row.index);
    case 'modified':
      return (row) => own().rising('modifiedon', row.index);
    case 'own-key':
      return (row) => row.key;
    case 'organization':
      return () => world.organizationId;
    case 'expire-change-tracking':
      return () => world.expireChangeTrackingInDays;
    case 'activity-type':
      return () => table.logicalName;
    case 'regarding-type':
      return (row) => {
        const value = row.value('_objectid_value');
        return isReference(value) ? value.table : null;
      };
    case 'owning-user':
      return (row) => part(row, '_ownerid_value', 'systemuser');
    case 'owning-team':
      return (row) => part(row, '_ownerid_value', 'team');
    case 'customer-account':
      return (row) => part(row, '_customerid_value', 'account');
    case 'customer-contact':
      return (row) => part(row, '_customerid_value', 'contact');
    case 'owning-business-unit':
      return (row) => {
        const owner = row.value('_ownerid_value');
        if (!isReference(owner)) return null;
        const rows = world.rowsOf(owner.table);
        const index = rows?.find(owner.id);
        return rows === undefined || index === undefined
          ? null
          : rows.row(index).value('_businessunitid_value');
      };
    case 'parent-unit':
      return (row) => (row.index === 0 ? null : { table: 'businessunit', id: own().key(0) });
    case 'first-currency':
      return () => reference(world, 'transactioncurrency', 0);
    case 'exchange-rate':
      return (row) => {
        const currency = row.value('_transactioncurrencyid_value');
        const rows = world.rowsOf('transactioncurrency');
        const index = isReference(currency) ? rows?.find(currency.id) : undefined;
        return rows === undefined || index === undefined ? null : rows.row(index).value('exchangerate');
      };
    case 'base-amount':
      return (row) => {
        const amount = row.value(column.name.slice(0, -'_base'.length));
        const rate = Number(row.value('exchangerate') ?? 1);
        return typeof amount === 'string' ? (Number(amount) / rate).toFixed(column.scale ?? 4) : null;
      };
    // Contact i belongs to account i modulo the number of accounts; the first contact of an account is its primary one.
    case 'parent-customer':
      return (row) => {
        const accounts = world.rowsOf('account')?.count ?? 0;
        if (accounts === 0 || (row.index >= accounts && hash(row) % 5 === 0)) return null;
        return reference(world, 'account', row.index % accounts);
      };
    case 'primary-contact':
      return (row) => (hash(row) % 4 === 0 ? null : reference(world, 'contact', row.index));
    case 'merge-master':
      return (row) =>
        row.value('merged') === true
          ? { table: table.logicalName, id: own().key(row.index === 0 ? 1 % own().count : 0) }
          : null;
    case 'image-id':
      return (row) => (hasImage(row) ? guidOf(salt, row.index) : null);
    case 'image-timestamp':
      return (row) => (hasImage(row) ? 621_355_968_000_000_000n + BigInt(createdOn(row)) * 10_000n : null);
    case 'image-url':
      return (row) =>
        hasImage(row)
          ? `/Image/download.aspx?Entity=${table.logicalName}&Attribute=entityimage&Id=${row.key}&Timestamp=${row.value('entityimage_timestamp')}`
          : null;
    default:
      break;
  }
  if (column.type === 'image') {
    return (row) => (hasImage(row) ? Buffer.from(`image of ${row.key}`.repeat(8)).toString('base64') : null);
  }
  return undefined;
}

/** One row in ten has an image. */
const hasImage = (row: GeneratedRow): boolean => row.index % 10 === 3;

function reference(world: Surroundings, table: string, index: number): Value {
  const rows = world.rowsOf(table);
  return rows !== undefined && index < rows.count ? { table, id: rows.key(index) } : null;
}
