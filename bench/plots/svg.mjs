// The few parts of SVG that plots are made of. The same input gives the same text.

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => String(text).replace(/[&<>"]/g, (letter) => entities[letter]);

/** A coordinate: a tenth of a pixel is enough. */
const short = (value) => (typeof value === 'number' ? String(Number(value.toFixed(1))) : escaped(value));

/** `<name …/>`, or with content. */
export function element(name, attributes, ...content) {
  const words = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${short(value)}"`)
    .join('');
  return content.length === 0 ? `<${name}${words}/>` : `<${name}${words}>${content.join('')}</${name}>`;
}

export const text = (x, y, content, kind, anchor = 'start') =>
  element('text', { x, y, class: kind, 'text-anchor': anchor }, escaped(content));

/** A card with a background of its own, so that it is readable wherever it stands, in light and in dark. */
export function card({ width, height, title, notes, parts }) {
  const heading = [
    text(16, 28, title, 'title'),
    ...notes.map((note, place) => text(16, 46 + 15 * place, note, 'note')),
  ];
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    '\n',
    [
      element('title', {}, escaped(title)),
      element('style', {}, style),
      element('rect', { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8, class: 'card' }),
      ...heading,
      ...parts,
    ].join('\n'),
    '\n',
  )}\n`;
}

/** Height that the title and its notes take. */
export const headingHeight = (notes) => 40 + 15 * notes.length;

const style = `
text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
.title{font-size:15px;font-weight:600}
.note,.axis{font-size:11px;fill:#57606a}
.group{font-weight:600}
.card{fill:#fff;stroke:#d0d7de}
.grid{stroke:#d8dee4;stroke-width:1}
.bar{stroke:#cf222e;stroke-width:1.5;stroke-dasharray:5 4}
.spread{stroke:#24292f;stroke-width:1.5;opacity:.55}
.ours{fill:#0969da;stroke:#0969da}
.other{fill:#bc4c00;stroke:#bc4c00}
.floor{fill:#8c959f;stroke:#8c959f}
.line{fill:none;stroke-width:2}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}
.note,.axis{fill:#9198a1}
.card{fill:#0d1117;stroke:#3d444d}
.grid{stroke:#2a313c}
.bar{stroke:#ff7b72}
.spread{stroke:#e6edf3}
.ours{fill:#58a6ff;stroke:#58a6ff}
.other{fill:#f0883e;stroke:#f0883e}
.floor{fill:#6e7681;stroke:#6e7681}
}
`;
