/** What a viewer may not read does not leave the ledger: payloads, errors and output, but for what the settings allow. */
import type { ViewerSight } from '#lib/task/settings.ts'
import type { Context } from './context.ts'

export const HIDDEN = '[hidden from viewers]'

export function maySee({ actor, policy }: Pick<Context, 'actor' | 'policy'>, what: ViewerSight): boolean {
  return actor.role !== 'viewer' || policy.settings.viewersSee.includes(what)
}

interface Told {
  readonly errorMessage: string | null
  readonly payload?: unknown
  readonly artifacts?: unknown
}

/** The record as this reader may see it: of a task, or of an attempt. That there is something is no secret. */
export function shownTo<T extends Told>(context: Pick<Context, 'actor' | 'policy'>, record: T): T {
  if (context.actor.role !== 'viewer') return record
  const shown = (sight: ViewerSight, value: unknown) => (value === null || maySee(context, sight) ? value : HIDDEN)
  return {
    ...record,
    errorMessage: shown('errors', record.errorMessage),
    ...(record.payload === undefined ? {} : { payload: shown('payload', record.payload) }),
    ...(record.artifacts === undefined ? {} : { artifacts: shown('output', record.artifacts) }),
  }
}
