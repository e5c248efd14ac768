/**
 * What a reader may not see does not leave the ledger: of a viewer payloads, errors and output, but for what the settings
 * allow; of anybody what the rules of masks hold back from that role.
 */
import { type Mask, maskFor } from '#lib/task/masks.ts'
import type { TaskEvent } from '#lib/task/schema.ts'
import type { ViewerSight } from '#lib/task/settings.ts'
import type { Context } from './context.ts'

type Reader = Pick<Context, 'actor' | 'policy'>

export const HIDDEN = '[hidden from viewers]'

export function maySee({ actor, policy }: Reader, what: ViewerSight): boolean {
  return actor.role !== 'viewer' || policy.settings.viewersSee.includes(what)
}

/** What lies over contents for this reader; null where they are shown as they are. */
export function maskOf({ actor, policy }: Reader): Mask | null {
  // A system's actor reads for the ledger itself.
  return actor.kind === 'system' ? null : maskFor(policy.settings.masks, actor.role)
}

/** Whether it is an admin's to unmask what he is not shown. */
export function isMaskedFor(context: Reader): boolean {
  return context.actor.role === 'admin' && maskOf(context) !== null
}

/** What a process said of its failure. */
export function errorShownTo(context: Reader, text: string): string {
  return maySee(context, 'errors') ? (maskOf(context)?.text(text) ?? text) : HIDDEN
}

/** What the handler of a step said is the reason of the event that tells of it; no other event quotes a process. */
export function eventShownTo(context: Reader, event: TaskEvent): TaskEvent {
  if (event.type !== 'task.compensation_failed' || event.reason === null) return event
  return { ...event, reason: errorShownTo(context, event.reason) }
}

interface Told {
  readonly errorMessage: string | null
  readonly payload?: unknown
  readonly artifacts?: unknown
}

/** The record as this reader may see it: of a task, or of an attempt. That there is something is no secret. */
export function shownTo<T extends Told>(context: Reader, record: T): T {
  const mask = maskOf(context)
  if (context.actor.role !== 'viewer' && mask === null) return record
  const shown = (sight: ViewerSight, value: unknown) => {
    if (value === null) return null
    return maySee(context, sight) ? (mask?.json(value) ?? value) : HIDDEN
  }
  return {
    ...record,
    errorMessage: shown('errors', record.errorMessage),
    ...(record.payload === undefined ? {} : { payload: shown('payload', record.payload) }),
    ...(record.artifacts === undefined ? {} : { artifacts: shown('output', record.artifacts) }),
  }
}
