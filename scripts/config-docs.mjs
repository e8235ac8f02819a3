// Writes the tables of settings in docs/config.md from src/config/spec.json. A test holds the two equal.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const spec = new URL('../src/config/spec.json', import.meta.url);
const page = new URL('../docs/config.md', import.meta.url);
const begin = '<!-- settings: written by scripts/config-docs.mjs -->';
const end = '<!-- end of settings -->';

/** The tables, one a group, in the schema's order. */
function settingsTables() {
  const schema = JSON.parse(readFileSync(spec, 'utf8'));
  const settings = Object.entries(schema.properties).sort(([, a], [, b]) => a.order - b.order);
  return schema.groups
    .map(({ id, title }) => {
      const rows = settings.filter(([, property]) => property.group === id).map(cells);
      return `### ${title}\n\n${table([['setting', 'default', 'what it does'], ...rows])}`;
    })
    .join('\n\n');
}

function cells([name, property]) {
  const value = property.default === undefined ? '' : `\`${JSON.stringify(property.default)}\``;
  const words = property.enum?.map((word) => `\`${word}\``).join(', ');
  const choices = words === undefined ? '' : ` One of ${words}.`;
  return [`\`${name}\``, value, `${escaped(property.description)}${choices}`];
}

/** A table whose columns are as wide as their widest cell, as the formatter wants it. */
function table([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** What Markdown would take for markup, as text. */
function escaped(text) {
  return text.replace(/[*_|]/g, '\\$&').replaceAll('<', '&lt;');
}

/** The page, with the tables that it should have. */
export function updatedPage() {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(begin);
  const [, after] = rest.split(end);
  return `${before}${begin}\n\n${settingsTables()}\n\n${end}${after}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(page, updatedPage());
