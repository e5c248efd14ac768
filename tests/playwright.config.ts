import { defineConfig } from '@playwright/test'

/** Found once by scripts/browser.mjs; without it Playwright uses its own browser. */
const browser = JSON.parse(process.env.E2E_BROWSER ?? '{}')

export default defineConfig({
  testDir: './e2e',
  outputDir: '../test-results',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    launchOptions: { ...browser, env: { ...process.env, ...browser.env } },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
})
