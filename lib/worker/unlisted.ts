/** Attempts that the ledger says this worker holds, and that it does not work on: a claim whose answer never came. */

import type { Client } from './client.ts'
import { mintId } from './mint-id.ts'
import type { Work } from './registration.ts'

export class Unlisted {
  readonly #client: Client
  /** Since when the ledger has named each of them, without a break. */
  #since = new Map<string, number>()

  constructor(client: Client) {
    this.#client = client
  }

  /** An answer may still be under way; what stays unlisted longer than that is given back. */
  note(workerId: string, works: readonly Work[], graceMs: number): void {
    const now = performance.now()
    this.#since = new Map(works.map(({ taskId }) => [taskId, this.#since.get(taskId) ?? now]))
    for (const work of works) {
      if (now - (this.#since.get(work.taskId) ?? now) >= graceMs) this.#giveBack(workerId, work)
    }
  }

  #giveBack(workerId: string, { taskId, attempt }: Work): void {
    const reason = 'this worker holds the task on record and does not work on it'
    const report = { taskId, attempt, workerId, messageId: mintId(), outcome: 'interrupted' as const, reason }
    // The next heartbeat tells whether it came through.
    this.#client.call('finishAttempt', report).catch(() => undefined)
  }
}
