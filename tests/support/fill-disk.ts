/** Fills the file system of the folder it is given to the last block, and prints what a local store in it can still do. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isTaskError } from '#lib/task/errors.ts'
import { LocalStore } from '#lib/worker/store/local-store.ts'
import { SpooledOutput } from '#lib/worker/store/spooled-output.ts'

const MIB = 1024 * 1024
const ATTEMPTS = 20

const [, , folder = ''] = process.argv
const store = await LocalStore.open({ folder: join(folder, 'store'), capBytes: 64 * MIB, reserveBytes: MIB })
const executions = Array.from({ length: ATTEMPTS }, (_, index) => {
  const execution = store.recordReceived({ taskId: `task-${index}`, attempt: 1 })
  return store.recordStarted(execution)
})
const output = new SpooledOutput(store, executions[0]?.id ?? 0)
output.push('stdout', 'before')
fill(join(folder, 'filler'))
output.push('stdout', 'x'.repeat(60_000))
const refusal = refusalOf(() => store.recordReceived({ taskId: 'new', attempt: 1 }))
for (const execution of executions) {
  const error = { class: 'Error', message: 'm'.repeat(3000) }
  const artifacts = execution.taskId === 'task-7' ? 'a'.repeat(200_000) : []
  store.recordFinal(execution, { outcome: 'failed', exitCode: 3, details: JSON.stringify({ error, artifacts }) })
}
const waiting = store.unackedMessages()
const finals = waiting.filter(({ kind }) => kind === 'final').map(({ taskId }) => taskId)
output.settle([], { stdout: 1, stderr: 0 })
const acked = waiting.filter(({ kind, id }) => kind === 'final' && store.ackMessage(id) === 'acked').length
const shortened = executions.filter((each) => store.find(each)?.shortened).map(({ taskId }) => taskId)
process.stdout.write(JSON.stringify({ finals, acked, outputLeft: output.size, shortened, refusal }))
store.close()

function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    while (writeSync(file, new Uint8Array(4096)) === 4096);
  } catch {
    // No space is left, as wanted.
  }
  closeSync(file)
}

function refusalOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return isTaskError(error) ? error.code : String(error)
  }
}
