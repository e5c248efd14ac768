import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The probes of statements, each run again and again without one guard of its statement. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    globalSetup: 'tests/support/postgres.ts',
    setupFiles: ['tests/mutants/switch.ts'],
    runner: 'tests/mutants/runner.ts',
    include: ['tests/ledger/statements*.test.ts'],
    maxWorkers: 2,
    // A test runs once for each guard of what it runs.
    testTimeout: 3_600_000,
    hookTimeout: 30_000,
  },
})
