import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectionFaults } from '../faults/matrix/connections.ts';
import { endings } from '../faults/matrix/endings.ts';
import { serviceFaults } from '../faults/matrix/faults.ts';

const url = (path: string) => new URL(`../../${path}`, import.meta.url);
const text = (path: string) => readFileSync(url(path), 'utf8');

/** Rows of the table of requirements: number, and the cell that says where each is tested. */
function requirements(document: string): readonly (readonly [number: number, where: string])[] {
  return [...text(document).matchAll(/^\| (\d+) +\|[^|]*\|([^|]*)\|$/gm)].map(
    ([, number, where = '']) => [Number(number), where.trim()] as const,
  );
}

describe.each([
  ['docs/singer.md', 'S', 55],
  ['docs/airbyte.md', 'A', 68],
])('%s', (document, letter, count) => {
  const rows = requirements(document);
  const filesIn = (where: string) =>
    [...where.matchAll(/`([^`]+\.(?:test\.ts|mjs))`/g)].map(([, path]) => path ?? '');

  it('lists every requirement, in order', () => {
    expect(rows.map(([number]) => number)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  it('says of each where it is tested, or that it is not yet', () => {
    expect(rows.filter(([, where]) => filesIn(where).length === 0 && !where.startsWith('not yet'))).toEqual(
      [],
    );
  });

  it('names files that exist', () => {
    const named = rows.flatMap(([, where]) => filesIn(where));
    expect(named.filter((path) => !existsSync(url(path)))).toEqual([]);
  });

  it('and the tests of the protocols and of conformance that it names bear the number', () => {
    const untold = rows.flatMap(([number, where]) =>
      filesIn(where)
        .filter((path) => /^(src\/protocol|integration_tests\/conformance)\//.test(path))
        .filter((path) => !new RegExp(`\\[[^\\]]*\\b${letter}${number}\\b[^\\]]*\\]`).test(text(path)))
        .map((path) => `${letter}${number} in ${path}`),
    );
    expect(untold).toEqual([]);
  });
});

describe.each(['docs/at-least-once.md', 'docs/state.md', 'docs/deletes.md'])('%s', (document) => {
  /** Files with the titles of tests that are named after them: `file`: "title", "title". */
  const named = [
    ...text(document)
      .replace(/\s+/g, ' ')
      .matchAll(/`([^`]+\.test\.ts)`((?:[:,]? (?:and )?"[^"]+")*)/g),
  ].map(
    ([, file = '', titles = '']) =>
      [file, [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title)] as const,
  );

  it('names tests that are there', () => {
    const missing = named.flatMap(([file, titles]) =>
      existsSync(url(file))
        ? titles.filter((title) => !text(file).includes(title)).map((title) => `${title} in ${file}`)
        : [file],
    );
    expect(missing).toEqual([]);
  });

  it('names a title with every file', () => {
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(([, titles]) => titles.length === 0)).toEqual([]);
  });
});

describe('docs/at-least-once.md', () => {
  it('names a test behind every promise', () => {
    const promises = text('docs/at-least-once.md')
      .split(/^- (?=\*\*)/m)
      .slice(1);
    expect(promises.length).toBeGreaterThan(10);
    const unheld = promises.filter((promise) => !/\.test\.ts`|the same tests|\(faults\.md\)/.test(promise));
    expect(unheld).toEqual([]);
  });
});

describe('docs/airbyte.md', () => {
  it("has the headings of Airbyte's documentation, in their order [A68]", () => {
    const headings = [...text('docs/airbyte.md').matchAll(/^##? (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Microsoft Dynamics 365',
      'Prerequisites',
      'Setup guide',
      'Supported sync modes',
      'Supported streams',
      'Performance considerations',
      'Data type map',
      'Limitations & Troubleshooting',
      'Requirements and where they are tested',
      'Changelog',
    ]);
  });
});

describe('docs/faults.md', () => {
  const machine = [{ name: 'slow reader' }, { name: 'full disk for the key set' }];
  const names = [...serviceFaults, ...connectionFaults, ...endings, ...machine].map(({ name }) => name);

  it('tells of every fault of the matrix, and of how many there are', () => {
    const listed = [...text('docs/faults.md').matchAll(/^\| (.+?) +\|/gm)].map(([, name]) => name);
    expect(names.filter((name) => !listed.includes(name))).toEqual([]);
    expect(text('docs/faults.md')).toContain(`${names.length} faults, ${names.length * 10} cells`);
  });
});
