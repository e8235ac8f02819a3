import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { propertiesOf } from './schema.ts';

/** Settings of other Dynamics connectors that mean the same here: old name, our name. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['start_date', 'anchor_date'],
  // airbyte-source-microsoft-dataverse
  ['url', 'environment_url'],
  ['client_secret_value', 'client_secret'],
  ['odata_maxpagesize', 'page_size'],
  // tap-dataverse, tap-ms-dynamics
  ['api_url', 'environment_url'],
  ['organization_uri', 'environment_url'],
  ['max_pagesize', 'page_size'],
]);

/** What users may write, in the one form that the schema knows. `notes` are for the log. */
export interface Shaped {
  readonly settings: JsonObject;
  readonly notes: readonly string[];
}

/**
 * Brings what people write into the schema's form: other names of a setting, settings left empty, numbers and booleans
 * written as text (environment variables always are), and objects by table where a form can only offer lists.
 */
export function shape(raw: JsonObject, schema: JsonObject): Shaped {
  const properties = propertiesOf(schema);
  const notes: string[] = [];
  const settings: Record<string, Json> = {};
  for (const [written, value] of Object.entries(raw)) {
    if (written.startsWith('_') || value === null || value === '') continue;
    const name = otherNames.get(written) ?? written;
    if (name !== written && raw[name] !== undefined) {
      notes.push(`The setting ${written} is ignored: ${name} is given as well.`);
      continue;
    }
    if (name !== written && written !== 'start_date')
      notes.push(`The setting ${written} is called ${name} here.`);
    const property = properties[name];
    if (property === undefined) notes.push(`The setting ${written} is unknown and ignored.`);
    else settings[name] = shaped(name, value, property);
  }
  return { settings, notes };
}

function shaped(name: string, value: Json, property: JsonObject): Json {
  const parsed = typeof value === 'string' ? parsedText(value, property) : value;
  if (name === 'credentials' && isJsonObject(parsed)) {
    return Object.fromEntries(
      Object.entries(parsed).filter(([, member]) => member !== null && member !== ''),
    );
  }
  return listByTable[name]?.(parsed) ?? parsed;
}

/** Text as the type that the schema wants, where it reads as one; else unchanged, for the schema to refuse. */
function parsedText(text: string, property: JsonObject): Json {
  switch (property['type']) {
    case 'integer':
    case 'number':
      return /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;
    case 'boolean':
      if (/^(true|1|yes|on)$/i.test(text)) return true;
      return /^(false|0|no|off)$/i.test(text) ? false : text;
    case 'object':
      return parsedJson(text);
    case 'array': {
      if (/^\s*[[{]/.test(text)) return parsedJson(text);
      const items = property['items'];
      const ofText = isJsonObject(items) && items['type'] === 'string';
      return ofText
        ? text
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : text;
    }
    default:
      // What is pasted often has a space around it; where the schema knows the form, it means nothing.
      return property['pattern'] === undefined ? text : text.trim();
  }
}

function parsedJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** `{"accounts": …}` as `[{"table": "accounts", …}]`. */
const listByTable: Readonly<Record<string, (value: Json) => Json>> = {
  columns: (value) =>
    entries(value, (table, columns) =>
      isJsonObject(columns) ? { ...columns, table } : { table, include: columns },
    ),
  row_filters: (value) => entries(value, (table, filter) => ({ table, filter })),
  incremental_strategy: (value) =>
    typeof value === 'string'
      ? [{ table: '*', strategy: value }]
      : entries(value, (table, strategy) => ({ table, strategy })),
};

function entries(value: Json, item: (table: string, value: Json) => Json): Json {
  return isJsonObject(value) ? Object.entries(value).map(([table, member]) => item(table, member)) : value;
}
