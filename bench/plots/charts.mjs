// Which plots there are: from the JSON of a benchmark to a drawing.
import { median } from '../harness/figures.mjs';
import { describeMachine } from '../harness/machine.mjs';
import { barChart } from './bars.mjs';
import { lineChart } from './lines.mjs';
import { brief } from './scale.mjs';

const wall = (usage) => usage.seconds;
const notesOf = ({ note, machine }, values = 'medians') => [
  ...(note === undefined ? [] : [note.split(';')[0]]),
  describeMachine(machine),
  values,
];
const withSpread = ({ rounds }) => `medians of ${rounds} rounds; thin lines: the least and the most`;

/** A bar of what the rounds measured. */
function barOf(label, values, shown, tone) {
  const value = median(values);
  return { label, value, low: Math.min(...values), high: Math.max(...values), shown: shown(value), tone };
}

function read(result) {
  const paths = [...new Set(Object.keys(result.figures).map((name) => name.split(': ')[0]))];
  const tone = (name) => (name === 'floor' ? 'floor' : name.startsWith('parse') ? 'other' : 'ours');
  return barChart({
    title: 'Throughput by path',
    notes: notesOf(result, withSpread(result)),
    axis: 'rows per second, whole process',
    groups: paths.map((path) => ({
      name: path,
      bars: Object.entries(result.figures)
        .filter(([name]) => name.startsWith(`${path}: `))
        .map(([name, usages]) => {
          const variant = name.slice(path.length + 2);
          const rates = usages.map((usage) => result.size / wall(usage));
          return barOf(variant, rates, (value) => `${brief(value)} rows/s`, tone(variant));
        }),
    })),
  });
}

function growth(result) {
  const sizes = Object.entries(result.figures).map(([size, usages]) => [Number(size), usages]);
  const points = (of) =>
    sizes.map(([size, usages]) => [size, median(usages.map((usage) => of(usage, size)))]);
  return lineChart({
    title: 'Growth: time a row and peak memory',
    notes: notesOf(result),
    axis: 'rows of the table',
    panels: [
      {
        unit: 'microseconds a row',
        lines: [
          {
            name: 'processor',
            tone: 'floor',
            points: points((usage, size) => (usage.cpuSeconds * 1e6) / size),
          },
          { name: 'wall', tone: 'ours', points: points((usage, size) => (usage.seconds * 1e6) / size) },
        ],
      },
      {
        unit: 'peak memory, MB',
        lines: [{ name: 'peak', tone: 'ours', points: points((usage) => usage.peakBytes / 1e6) }],
        bar: { value: 300, text: 'at most 300 MB' },
      },
    ],
  });
}

function latency(result) {
  return barChart({
    title: 'Bound by latency: times faster than one page after the other',
    notes: notesOf(result),
    axis: 'times faster',
    groups: [
      {
        bars: result.figures.map(({ name, sequential, ours }) => {
          const [slow, fast] = [median(sequential.map(wall)), median(ours.map(wall))];
          const shown = `${(slow / fast).toFixed(1)} × (${brief(slow)} s → ${brief(fast)} s)`;
          return { label: name, value: slow / fast, shown, tone: 'ours' };
        }),
      },
    ],
  });
}

function startup(result) {
  const tone = (name) => (name.startsWith('node') ? 'floor' : 'ours');
  return barChart({
    title: 'Start-up',
    notes: notesOf(result, withSpread(result)),
    axis: 'milliseconds, whole process',
    groups: [
      {
        bars: Object.entries(result.figures).map(([name, usages]) =>
          barOf(
            name,
            usages.map((usage) => wall(usage) * 1000),
            (value) => `${brief(value)} ms`,
            tone(name),
          ),
        ),
      },
    ],
  });
}

function peers(result) {
  const names = Object.keys(result.figures);
  const times = (name) => result.bars.find(({ what }) => what.endsWith(` ${name}`))?.value;
  return barChart({
    title: 'Other connectors: the same table, read once',
    notes: notesOf(result, withSpread(result)),
    axis: 'seconds, whole process',
    groups: [
      {
        bars: names.map((name) => {
          const slower = times(name) === undefined ? '' : ` (${times(name).toFixed(1)} ×)`;
          const tone = name.startsWith('ours') ? 'ours' : 'other';
          return barOf(name, result.figures[name].map(wall), (value) => `${brief(value)} s${slower}`, tone);
        }),
      },
    ],
  });
}

/** By name of the benchmark. @type {Readonly<Record<string, (result: object) => string>>} */
export const charts = { read, growth, latency, startup, peers };
