import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { switchSettings } from '../../src/simulator/switches.ts';

const page = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
const folder = new URL('.', import.meta.url);
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts') && name !== 'documented.test.ts')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

describe('docs/simulator.md', () => {
  it('lists the 80 behaviours in order', () => {
    const numbers = [...page.matchAll(/^\|\s+(\d+)\s+\|/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 80 }, (_, place) => place + 1));
  });

  it('and every one of them has a test that begins with its number', () => {
    const missing = Array.from({ length: 80 }, (_, place) => place + 1).filter(
      (number) => !new RegExp(`['"\`]${number}\\. `).test(tests),
    );
    expect(missing).toEqual([]);
  });

  it('names every switch', () => {
    expect(Object.keys(switchSettings).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('and every switch is set by a test', () => {
    const untested = Object.keys(switchSettings).filter(
      (name) => !new RegExp(`setSwitches\\(\\{[^}]*\\b${name}`).test(tests),
    );
    expect(untested).toEqual([]);
  });
});
