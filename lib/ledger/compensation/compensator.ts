/**
 * Invariant: at most `concurrency` handlers are called at once by this process, each outside of any transaction, and a
 * call that fails or hangs holds up neither the others nor the sweep. What a stop or a crash leaves under way is taken
 * again, by any instance, when the time of its step is over.
 */

import type { Context } from '#lib/ledger/core/context.ts'
import { callHandler } from './call-handler.ts'
import { finishStep } from './finish-step.ts'
import { ANYTHING_DUE, type StepOrder, takeSteps } from './take-steps.ts'

export interface CompensatorOptions {
  readonly pollMs: number
  /** By kind, what calls to its handler are signed with. */
  readonly secrets: ReadonlyMap<string, string>
  onError(error: unknown): void
}

export interface Compensator {
  /** Waits for the calls that are under way. */
  stop(): Promise<void>
}

/** Commits that may leave something to undo at once. */
const MAKE_DUE = ['carryOut', 'compensateTask', 'releaseTask', 'finishStep', 'runBatch']

export function startCompensator(context: Context, { pollMs, secrets, onError }: CompensatorOptions): Compensator {
  const { concurrency } = context.policy.settings.compensation
  const calls = new Set<Promise<void>>()
  let stopped = false
  let looking: Promise<void> | null = null
  let again = false
  let failing = false

  async function look(): Promise<void> {
    try {
      const free = concurrency - calls.size
      if (free > 0 && (await isAnythingDue(context))) {
        for (const order of await takeSteps(context, { max: free })) start(order)
      }
      failing = false
    } catch (error) {
      // Once an edge, as the sweeper does.
      if (!failing) onError(error)
      failing = true
    }
  }

  function start(order: StepOrder): void {
    const call = carryOutStep(context, order, secrets)
      .catch(onError)
      .finally(() => {
        calls.delete(call)
        soon()
      })
    calls.add(call)
  }

  function soon(): void {
    if (stopped) return
    if (looking) {
      again = true
      return
    }
    looking = look().finally(() => {
      looking = null
      if (again) soon()
      again = false
    })
  }

  const stopListening = context.db.onCommit((works) => {
    if (MAKE_DUE.some((work) => works.has(work))) soon()
  })
  const timer = setInterval(soon, pollMs)
  timer.unref()
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      stopListening()
      await looking
      await Promise.all(calls)
    },
  }
}

async function isAnythingDue({ db }: Context): Promise<boolean> {
  return (await db.read(ANYTHING_DUE, [await db.now()])).length > 0
}

/** Calls the handler of a step that was taken, and writes down how that ended. */
export async function carryOutStep(
  context: Context,
  order: StepOrder,
  secrets: CompensatorOptions['secrets'],
): Promise<void> {
  const { handlers, timeoutMs } = context.policy.settings.compensation
  const { taskId, id: stepId, kind, tries } = order.step
  const url = handlers[kind]?.url
  const handler = url === undefined ? null : { url, timeoutMs, secret: secrets.get(kind) }
  const error = handler === null ? `no handler is configured for "${kind}"` : await callHandler(order, handler)
  await finishStep(context, { taskId, stepId, tries, error })
}
