// Bars that lie: names to the left, values at their ends.
import { brief, ticksTo } from './scale.mjs';
import { card, element, headingHeight, text } from './svg.mjs';

const width = 760;
const rowHeight = 24;
const groupHeight = 26;
const room = { left: 16, right: 130, bottom: 46 };

/**
 * @typedef {{ label: string, value: number, low?: number, high?: number, shown: string, tone: 'ours' | 'other' | 'floor' }} Bar
 *   `low` and `high`: the least and the most of the rounds; `shown`: the value with its unit
 * @param {{ title: string, notes: readonly string[], axis: string, groups: readonly { name?: string, bars: readonly Bar[] }[] }} chart
 * @returns {string} SVG
 */
export function barChart({ title, notes, axis, groups }) {
  const bars = groups.flatMap((group) => group.bars);
  const names = 24 + 6.6 * Math.max(...bars.map(({ label }) => label.length));
  const most = Math.max(...bars.map(({ value, high }) => Math.max(value, high ?? 0)));
  const ticks = ticksTo(most);
  const [from, to] = [room.left + names, width - room.right];
  const x = (value) => from + ((to - from) * value) / ticks.at(-1);
  const top = headingHeight(notes) + 8;
  let y = top;
  const drawn = [];
  for (const { name, bars: own } of groups) {
    if (name !== undefined) {
      drawn.push(text(room.left, y + 17, name, 'group'));
      y += groupHeight;
    }
    for (const each of own) {
      drawn.push(...drawBar(each, { x, y, end: from }));
      y += rowHeight;
    }
  }
  const bottom = y + 4;
  const grid = ticks.flatMap((tick) => [
    element('line', { x1: x(tick), x2: x(tick), y1: top, y2: bottom, class: 'grid' }),
    text(x(tick), bottom + 15, brief(tick), 'axis', 'middle'),
  ]);
  return card({
    width,
    height: bottom + room.bottom,
    title,
    notes,
    parts: [...grid, ...drawn, text((from + to) / 2, bottom + 33, axis, 'axis', 'middle')],
  });
}

function drawBar({ label, value, low, high, shown, tone }, { x, y, end }) {
  const middle = y + rowHeight / 2;
  const spread = low !== undefined && high > low;
  return [
    text(end - 8, middle + 4, label, 'name', 'end'),
    element('rect', {
      x: end,
      y: y + 4,
      width: Math.max(x(value) - end, 1),
      height: rowHeight - 8,
      rx: 2,
      class: tone,
    }),
    ...(spread
      ? [element('line', { x1: x(low), x2: x(high), y1: middle, y2: middle, class: 'spread' })]
      : []),
    text(x(spread ? Math.max(value, high) : value) + 6, middle + 4, shown, 'value'),
  ];
}
