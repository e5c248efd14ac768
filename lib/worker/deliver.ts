/**
 * Delivers what dead processes of this host left in their stores: first output, then the final result, each attempt
 * under the worker that held it.
 *
 * Invariant: a store is one process's at a time, and what is delivered is acked in it before the next is sent, so that
 * nothing is lost when this process dies too, and nothing is applied twice: ids of messages stay what they are.
 */
import { type ErrorCode, isTaskError, TaskError } from '#lib/task/errors.ts'
import type { Client } from './client.ts'
import { putOnRecord } from './offline.ts'
import { Outbox } from './outbox.ts'
import { reportOfEntry } from './record.ts'
import { type RetryOptions, retry } from './retry.ts'
import type { StoreConfig } from './store/config.ts'
import type { LocalStore } from './store/local-store.ts'
import { leftovers } from './store/spool.ts'
import { SpooledOutput } from './store/spooled-output.ts'
import type { Execution } from './store/types.ts'

export interface DeliverOptions {
  readonly config: StoreConfig
  /** Under which starts are put on record that the ledger has not heard of. */
  readonly workerId: string
  readonly signal: AbortSignal
  /** How long to try what the ledger cannot answer. What is left then waits for the next process. */
  readonly forMs?: number
  readonly onNotice?: (sentence: string) => void
}

/** Resolves when nothing is left, or when the ledger cannot be reached or the signal says to stop. */
export async function deliverLeftovers(client: Client, options: DeliverOptions): Promise<void> {
  const { config, signal, onNotice } = options
  for await (const spool of leftovers(config, client.url)) {
    try {
      interrupt(spool.store, onNotice)
      for (const execution of spool.store.undelivered()) await deliver(client, spool.store, execution, options)
    } catch (error) {
      if (signal.aborted) return
      onNotice?.(`what a former process left in ${spool.folder} waits: ${messageOf(error)}`)
      if (isTaskError(error) && WAITS.includes(error.code)) return
    } finally {
      spool.close()
    }
  }
}

/** The same would be said to the next store. */
const WAITS: readonly ErrorCode[] = ['unavailable', 'rate_limited', 'internal', 'unauthenticated', 'forbidden']

function interrupt(store: LocalStore, onNotice: DeliverOptions['onNotice']): void {
  for (const { taskId, attempt } of [...store.markInterruptedRunningTasks(), ...store.markInterruptedReceivedTasks()])
    onNotice?.(`task ${taskId} attempt ${attempt}: its process on this host is gone; reported as interrupted`)
}

async function deliver(client: Client, store: LocalStore, found: Execution, options: DeliverOptions): Promise<void> {
  const execution = await putOnRecord(client, store, found, limitsOf(options), options.workerId)
  if (!execution?.workerId) {
    options.onNotice?.(`task ${found.taskId} was refused by the ledger; what is here of it is given up`)
    store.recordDelivered(found.id)
    return
  }
  const address = { taskId: execution.taskId, attempt: execution.attempt, workerId: execution.workerId }
  await deliverOutput(client, store, execution.id, address, options)
  const [final] = store.snapshot().finals.filter(({ taskId, attempt }) => isOf(address, taskId, attempt))
  if (final) {
    const { messageId, report } = reportOfEntry(final)
    const send = () => client.call('finishAttempt', { ...address, messageId, ...report })
    const result = await retry(send, limitsOf(options)).catch(asAnswer)
    const said = result instanceof TaskError ? `the ledger refused it: ${result.message}` : 'delivered'
    options.onNotice?.(`task ${address.taskId} attempt ${address.attempt}, "${report.outcome}": ${said}`)
  }
  store.recordDelivered(execution.id)
}

interface Address {
  readonly taskId: string
  readonly attempt: number
  readonly workerId: string
}

async function deliverOutput(
  client: Client,
  store: LocalStore,
  executionId: number,
  address: Address,
  options: DeliverOptions,
): Promise<void> {
  const output = new SpooledOutput(store, executionId)
  if (output.isEmpty) return
  const { signal, forMs } = limitsOf(options)
  let refusal: string | undefined
  const outbox = new Outbox({
    send: (messages) => client.call('appendOutput', { ...address, messages, late: true }),
    store: output,
    ...(forMs === undefined ? {} : { forMs }),
    onRefused: (sentence) => {
      refusal = sentence
    },
  })
  const stop = () => outbox.close()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  await outbox.flush().finally(() => signal.removeEventListener('abort', stop))
  signal.throwIfAborted()
  if (refusal !== undefined)
    options.onNotice?.(`task ${address.taskId}: the rest of its output was refused: ${refusal}`)
  else if (!output.isEmpty) throw new TaskError('unavailable', 'the ledger did not take the output')
}

function limitsOf({ signal, forMs }: DeliverOptions): RetryOptions & { readonly signal: AbortSignal } {
  return { signal, ...(forMs === undefined ? {} : { forMs }) }
}

function isOf(address: Address, taskId: string, attempt: number): boolean {
  return address.taskId === taskId && address.attempt === attempt
}

/** A refusal is an answer too: the ledger has kept the report. */
function asAnswer(error: unknown): TaskError {
  if (isTaskError(error) && !WAITS.includes(error.code)) return error
  throw error
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
