// Lines over sizes that grow by powers: panels beside each other, each with an axis from zero.
import { brief, ticksTo } from './scale.mjs';
import { card, element, headingHeight, text } from './svg.mjs';

const panel = { width: 400, height: 220, left: 56, right: 24 };

/**
 * @typedef {{ name: string, tone: 'ours' | 'other' | 'floor', points: readonly (readonly [x: number, y: number])[] }} Line
 * @param {{ title: string, notes: readonly string[], axis: string, panels: readonly { unit: string, lines: readonly Line[], bar?: { value: number, text: string } }[] }} chart
 *   `axis`: what stands below, drawn by its logarithm; `unit`: what stands to the left
 * @returns {string} SVG
 */
export function lineChart({ title, notes, axis, panels }) {
  const top = headingHeight(notes) + 24;
  return card({
    width: panel.width * panels.length,
    height: top + panel.height + 50,
    title,
    notes,
    parts: panels.flatMap((each, place) => drawPanel(each, { left: place * panel.width, top, axis })),
  });
}

function drawPanel({ unit, lines, bar }, { left, top, axis }) {
  const points = lines.flatMap((line) => line.points);
  const sizes = [...new Set(points.map(([size]) => size))].toSorted((a, b) => a - b);
  const ticks = ticksTo(Math.max(...points.map(([, value]) => value), bar?.value ?? 0));
  const [from, to] = [left + panel.left, left + panel.width - panel.right];
  const [low, high] = [Math.log10(sizes[0]), Math.log10(sizes.at(-1))];
  const x = (size) => from + ((to - from) * (Math.log10(size) - low)) / (high - low || 1);
  const y = (value) => top + panel.height * (1 - value / ticks.at(-1));
  return [
    text(left + 16, top - 12, unit, 'group'),
    ...ticks.flatMap((tick) => [
      element('line', { x1: from, x2: to, y1: y(tick), y2: y(tick), class: 'grid' }),
      text(from - 8, y(tick) + 4, brief(tick), 'axis', 'end'),
    ]),
    ...sizes.map((size) => text(x(size), top + panel.height + 18, brief(size), 'axis', 'middle')),
    text((from + to) / 2, top + panel.height + 36, axis, 'axis', 'middle'),
    ...(bar === undefined
      ? []
      : [
          element('line', { x1: from, x2: to, y1: y(bar.value), y2: y(bar.value), class: 'bar' }),
          text(to, y(bar.value) - 5, bar.text, 'axis', 'end'),
        ]),
    ...lines.flatMap((line) => drawLine(line, { x, y, to, below: isLowest(line, lines) })),
  ];
}

const last = ({ points }) => points.at(-1)[1];

/** Of several lines the lowest has its name below, so that names do not meet. */
const isLowest = (line, lines) => lines.length > 1 && lines.every((each) => last(each) >= last(line));

function drawLine({ name, tone, points }, { x, y, to, below }) {
  const [size, value] = points.at(-1);
  return [
    element('polyline', {
      points: points.map(([at, of]) => `${Number(x(at).toFixed(1))},${Number(y(of).toFixed(1))}`).join(' '),
      class: `line ${tone}`,
      style: 'fill:none',
    }),
    ...points.map(([at, of]) => element('circle', { cx: x(at), cy: y(of), r: 3, class: tone })),
    text(Math.min(x(size), to), y(value) + (below ? 18 : -8), `${name}: ${brief(value)}`, 'value', 'end'),
  ];
}
