import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The tests of the ledger, each run again and again without one guard of a statement. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    globalSetup: 'tests/support/postgres.ts',
    setupFiles: ['tests/mutants/switch.ts', 'tests/mutants/crowd-setup.ts'],
    runner: 'tests/mutants/runner.ts',
    include: ['tests/ledger/**/*.test.ts', 'tests/mutants/schedules-*.ts'],
    // These look at statements and their plans, or are simulations of their own.
    exclude: ['tests/ledger/explain.test.ts', 'tests/ledger/property.test.ts'],
    maxWorkers: 2,
    // A test runs once for each guard of what it runs.
    testTimeout: 3_600_000,
    hookTimeout: 30_000,
  },
})
