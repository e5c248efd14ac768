/**
 * Measures the ledger beside its floor, the raw driver writing the same rows, in one run: `npm run bench`, or
 * `npm run bench -- sqlite http` for some of its parts (sqlite, postgresql, peers, alive, http, recovery, command, store, pages, chart,
 * log). `--full` recovers five times as many tasks, and reads pages of ten million instead of one. It fails when it cannot
 * measure, never for being slow.
 */
import { spawn } from 'node:child_process'
import { fetchPeers } from './peers.mjs'
import { startPostgres } from './postgres.mjs'
import { ROOT, report, run, StepError, step } from './step.mjs'

const asked = process.argv.slice(2)
const all = asked.every((argument) => argument.startsWith('--'))
const wants = (...parts) => all || parts.some((part) => asked.includes(part))
let postgres

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

try {
  const inBrowser = wants('chart', 'log')
  const prepare = ['scripts/prepare.mjs', ...(inBrowser ? [] : ['--no-build'])]
  await step('Preparing', () => run(process.execPath, prepare).then(() => ''))
  if (inBrowser) {
    await step('Finding a browser', async () => {
      process.env.E2E_BROWSER = await run(process.execPath, ['scripts/browser.mjs'])
    })
  }
  if (wants('peers', 'alive')) {
    await step('Fetching other queues', async () => {
      process.env.BENCH_PEERS = await fetchPeers()
    })
  }
  if (wants('postgresql', 'peers', 'alive', 'recovery', 'pages')) {
    await step('Starting PostgreSQL', async () => {
      postgres = await startPostgres()
    })
  }
  await measure()
} catch (error) {
  report(error)
  process.exitCode = 1
}
await postgres?.stop()

function measure() {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/bench/main.ts', ...asked], {
    cwd: ROOT,
    env: { ...process.env, ...(postgres && { TEST_POSTGRES_URL: postgres.url }) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  process.once('exit', () => child.kill())
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new StepError('The benchmark could not run.'))))
  })
}
