import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests that kill processes, and those that keep every core busy, are projects of their own: they run after the others. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globalSetup: 'tests/support/postgres.ts',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: ['tests/crash/**', 'tests/e2e/**', 'tests/simulation/**'],
        },
      },
      { extends: true, test: { name: 'simulation', include: ['tests/simulation/**/*.test.ts'] } },
      { extends: true, test: { name: 'crash', include: ['tests/crash/**/*.test.ts'] } },
    ],
  },
})
