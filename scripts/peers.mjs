/**
 * Fetches the queues that the ledger is measured beside, into a folder of their own: they are no part of Rollcall, and
 * nothing but the benchmark needs them.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './step.mjs'

const PEERS = ['graphile-worker@0.17.3', 'pg-boss@12.18.0']

/** The folder whose `node_modules` has them; fetched once. */
export async function fetchPeers() {
  const folder = join(ROOT, 'node_modules/.cache/rollcall/peers', PEERS.join('+'))
  if (existsSync(folder)) return folder
  // Under another name first, so that a folder with the right name is always whole.
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    const advice = 'The other queues come from npm: check the connection, or measure the other parts.'
    await run('npm', ['install', '--prefix', partial, '--no-audit', '--no-fund', ...PEERS], { advice })
    renameSync(partial, folder)
    return folder
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}
