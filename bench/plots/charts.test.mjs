import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { charts } from './charts.mjs';

const machine = {
  processor: 'Processor <9>',
  cores: 2,
  memoryGigabytes: 24,
  system: 'Linux 6',
  node: 'v20.0.0',
  load: [1.5, 0, 0],
  date: '2026-03-01T08:00:00.000Z',
};
const usage = (seconds) => ({ seconds, cpuSeconds: seconds / 2, peakBytes: 2e8 });

/** As `npm run bench:peers` leaves it. */
const peers = {
  machine,
  rounds: 3,
  note: '1000 accounts, thrown away',
  figures: {
    'a peer': [usage(40), usage(38), usage(48)],
    'ours, Singer': [usage(2), usage(2), usage(2)],
  },
  bars: [{ what: 'ours, Singer: times faster than a peer', value: 20, least: 15 }],
};

/** Every element, or an error if this is no XML. */
function shapesOf(svg) {
  const shapes = [];
  const open = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const shape = { name, attributes, text: '' };
    shapes.push(shape);
    open.push(shape);
  });
  parser.on('text', (text) => {
    const [inner] = open.slice(-1);
    if (inner !== undefined) inner.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(svg).close();
  return shapes;
}

const texts = (svg) => shapesOf(svg).flatMap(({ name, text }) => (name === 'text' ? [text] : []));

describe('the plot of other connectors', () => {
  const svg = charts.peers(peers);

  it('names what was measured, the values with their units, the axis and the machine', () => {
    const written = texts(svg);
    expect(written).toEqual(expect.arrayContaining(['a peer', '40 s (20.0 ×)', 'ours, Singer', '2 s']));
    expect(written).toContain('seconds, whole process');
    expect(written).toContain('1000 accounts, thrown away');
    expect(written.join('\n')).toContain(
      '2026-03-01, 2 cores of Processor <9>, 24 GiB, Linux 6, Node v20.0.0',
    );
  });

  it('draws bars as long as the medians, and lines from the least to the most', () => {
    const widths = shapesOf(svg)
      .filter(({ attributes }) => attributes['class'] === 'other' || attributes['class'] === 'ours')
      .map(({ attributes }) => Number(attributes['width']));
    expect(widths).toHaveLength(2);
    expect((widths[0] ?? 0) / (widths[1] ?? 0)).toBeCloseTo(20, 0);
    const spreads = shapesOf(svg).filter(({ attributes }) => attributes['class'] === 'spread');
    const [{ x1, x2 } = { x1: '', x2: '' }] = spreads.map(({ attributes }) => attributes);
    expect(spreads).toHaveLength(1);
    expect((Number(x2) - Number(x1)) / (widths[0] ?? 0)).toBeCloseTo(10 / 40, 1);
  });

  it('is the same for the same figures', () => {
    expect(charts.peers(structuredClone(peers))).toBe(svg);
  });
});

describe('the plot of growth', () => {
  const svg = charts.growth({
    machine,
    rounds: 1,
    figures: { 10000: [usage(1)], 1000000: [usage(50)] },
  });

  it('tells microseconds a row and megabytes at the largest size', () => {
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['10 k', '1 M', 'processor: 25', 'wall: 50', 'peak: 200', 'at most 300 MB']),
    );
  });
});
