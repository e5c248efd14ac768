import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests that kill processes are a project of their own: they run one file at a time, and last. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globalSetup: 'tests/support/postgres.ts',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: ['tests/crash/**', 'tests/e2e/**'],
        },
      },
      { extends: true, test: { name: 'crash', include: ['tests/crash/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
})
