import { defineConfig } from 'vitest/config';

const json = process.env['INTEROP_JSON'];

/** The tests against real targets and tools; `npm run test:interop` installs those first. */
export default defineConfig({
  test: {
    include: ['integration_tests/interop/**/*.test.ts'],
    globalSetup: 'integration_tests/interop/global-setup.ts',
    reporters: ['default', './integration_tests/interop/reporter.ts', ...(json ? ['json' as const] : [])],
    ...(json ? { outputFile: { json } } : {}),
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
