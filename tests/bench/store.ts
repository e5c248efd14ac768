import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LocalStore } from '#lib/worker/store/local-store.ts'
import { SpooledOutput } from '#lib/worker/store/spooled-output.ts'
import type { Comparison } from './contest.ts'
import type { Bench } from './main.ts'

const CHUNKS = 1_000_000
/** As many as wait for their acks when a ledger is a round trip away. */
const BEHIND = 100
const CHUNKS_A_COMMIT = 1000

/** A million chunks of output through one local store, acked as they go: what its files come to hold. */
export async function storePart({ folder }: Bench): Promise<Comparison[]> {
  const store = await openStore(join(folder, 'store'))
  const { id } = store.recordReceived({ taskId: 'task', attempt: 1 })
  const output = new SpooledOutput(store, id)
  const { db } = store.local
  const startedAt = performance.now()
  for (let sequence = 0; sequence < CHUNKS; ) {
    db.write('batch', () => {
      for (const end = sequence + CHUNKS_A_COMMIT; sequence < end; sequence++)
        output.push('stdout', `line ${sequence}\n`)
      output.settle([], { stdout: sequence - BEHIND, stderr: 0 })
    })
    if (sequence % (CHUNKS / 10) === 0) tell(join(folder, 'store'), sequence, performance.now() - startedAt)
  }
  const { pendingMessages } = store.figures
  store.close()
  if (pendingMessages !== BEHIND) throw new Error(`${pendingMessages} messages wait; expected ${BEHIND}`)
  return []
}

function openStore(folder: string): Promise<LocalStore> {
  mkdirSync(folder, { mode: 0o700 })
  return LocalStore.open({ folder, capBytes: 64 * 1024 * 1024, reserveBytes: 1024 * 1024 })
}

function tell(folder: string, chunks: number, tookMs: number): void {
  const kib = (name: string) => Math.round((statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) / 1024)
  const files = ['output.db', 'output.db-wal', 'results.db'].map((name) => `${name} ${kib(name)} KiB`)
  console.log(`${chunks.toLocaleString('en-US')} chunks, ${Math.round(tookMs / 1000)} s: ${files.join(', ')}`)
}
