import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error a script without types
import { updatedPage } from './config-docs.mjs';

it('docs/config.md lists the settings of spec.json (write it with: node scripts/config-docs.mjs)', () => {
  expect(readFileSync(new URL('../docs/config.md', import.meta.url), 'utf8')).toBe(updatedPage());
});
