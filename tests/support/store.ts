/** A local store in a folder of its own, which a test can close and open again. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stream } from '#lib/task/schema.ts'
import { LocalStore } from '#lib/worker/store/local-store.ts'
import type { AttemptKey } from '#lib/worker/store/types.ts'
import { createClock, type TestClock } from './clock.ts'
import { removeFolder } from './folders.ts'

export interface TestStore {
  readonly store: LocalStore
  readonly clock: TestClock
  readonly folder: string
  /** As a new process would. */
  reopen(): Promise<LocalStore>
  remove(): void
}

const ROOMY = { capBytes: 64 * 1024 * 1024, reserveBytes: 1024 * 1024 }

export async function openTestStore(limits = ROOMY): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-store-'))
  const clock = createClock()
  const open = () => LocalStore.open({ folder, now: clock, ...limits })
  let store = await open()
  return {
    get store() {
      return store
    },
    clock,
    folder,
    async reopen() {
      store.close()
      store = await open()
      return store
    },
    remove() {
      store.close()
      removeFolder(folder)
    },
  }
}

export const KEY: AttemptKey = { taskId: 'task-1', attempt: 1 }

/** A message of output under an id that tells what it is. */
export function chunk(sequence: number, data: string, key: AttemptKey = KEY, stream: Stream = 'stdout') {
  return { ...key, id: `${key.taskId}-${key.attempt}-${stream}-${sequence}`, stream, sequence, data }
}

/** What the spool holds, counted row by row. */
export function countedBySql({ local }: LocalStore) {
  const count = (text: string) => Number(local.db.get(text)?.n ?? 0)
  const output = 'FROM output.local_task_outbox_messages WHERE acked_at IS NULL'
  const finals = 'FROM main.local_task_outbox_messages WHERE acked_at IS NULL'
  const pendingFinals = count(`SELECT COUNT(*) AS n ${finals}`)
  return {
    pendingMessages: count(`SELECT COUNT(*) AS n ${output}`) + pendingFinals,
    pendingBytes:
      count(`SELECT SUM(LENGTH(CAST(data AS BLOB))) AS n ${output}`) +
      count(`SELECT SUM(LENGTH(CAST(data AS BLOB))) AS n ${finals}`),
    pendingFinals,
    reservedBytes: count('SELECT SUM(reserve_bytes) AS n FROM main.local_task_executions'),
    capBytes: local.limits.capBytes,
  }
}
