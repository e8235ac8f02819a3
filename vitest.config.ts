import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'integration_tests/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.mjs',
    ],
    // Those need real targets and have a configuration of their own.
    exclude: [...configDefaults.exclude, 'integration_tests/interop/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
