import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run the sources; what a worker thread loads is the build, which `npm test` makes first.
    alias: [
      { find: /^scanrun$/, replacement: at('./core/index.ts') },
      { find: /^scanrun\/browser$/, replacement: at('./core/browser.ts') },
      { find: /^scanrun\/testing$/, replacement: at('./core/testing.ts') },
      { find: /^scanrun\/plugins\/([^/]+)$/, replacement: at('./plugins/$1/index.ts') },
      { find: /^scanrun\/reporters\/([^/]+)$/, replacement: at('./reporters/$1/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // All cores: most tests wait for processes of their own.
    maxWorkers: '100%',
    // Tests of real processes share two cores there; what fails twice is broken.
    retry: (process.env.CI ?? '') === '' ? 0 : 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: { enabled: false },
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts', 'plugins/**/*.ts', 'reporters/**/*.ts'],
      exclude: ['core/cli/**', 'core/execute/worker.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
