import { faultSchema } from '../faults/schema.ts';
import { limitsSchema } from '../limits/settings.ts';
import { recipes } from '../rows/recipes.ts';
import { depths } from '../schema/depth.ts';
import { columnTypes } from '../schema/spec.ts';
import { switchSettings } from '../switches.ts';

const text = { type: 'string', minLength: 1 } as const;
const flag = { type: 'boolean' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const list = (items: object) => ({ type: 'array', items });
const map = (values: object) => ({ type: 'object', additionalProperties: values });
const object = (properties: Readonly<Record<string, object>>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const option = object(
  { value: { type: 'integer' }, label: { type: 'string' }, state: count, defaultStatus: count },
  ['value', 'label'],
);

/** JSON Schema of a column (`ColumnSpec`). */
export const columnSchema = object(
  {
    name: { type: 'string', pattern: '^[A-Za-z]\\w*$' },
    type: { enum: columnTypes },
    label: text,
    options: list(option),
    targets: list(text),
    maxLength: count,
    scale: { type: 'integer', minimum: 0, maximum: 10 },
    recipe: { enum: Object.keys(recipes) },
    filled: { type: 'number', minimum: 0, maximum: 1 },
    secured: flag,
    surfaced: flag,
  },
  ['name', 'type'],
);

const table = object(
  {
    name: { type: 'string', pattern: '^[A-Za-z]\\w*$' },
    set: { type: 'string', pattern: '^[A-Za-z]\\w*$' },
    label: text,
    kind: { enum: ['standard', 'elastic', 'virtual'] },
    changeTracking: flag,
    ownership: { enum: ['user', 'organization'] },
    refusesReads: flag,
    bare: flag,
    columns: list(columnSchema),
    rows: count,
  },
  ['name'],
);

const user = object({
  roles: list(text),
  member: flag,
  disabled: flag,
  readsSecured: flag,
  secretExpired: flag,
});

/** JSON Schema of a scenario (`types.ts`). */
export const scenarioSchema = object({
  $schema: { type: 'string' },
  description: { type: 'string' },
  seed: count,
  now: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T' },
  without: list({ enum: ['sales', 'service', 'marketing'] }),
  csdl: text,
  only: list(text),
  tables: list(table),
  columns: map(list(columnSchema)),
  rows: map(count),
  data: map(list({ type: 'object' })),
  roles: map(object({ read: map({ enum: depths }) })),
  users: list(user),
  faults: list(faultSchema),
  limits: limitsSchema,
  switches: object(
    Object.fromEntries(Object.entries(switchSettings).map(([name, settings]) => [name, { enum: settings }])),
  ),
  tokenSeconds: { type: 'integer', minimum: 1 },
  changeTrackingDays: { type: 'integer', minimum: 1 },
});
