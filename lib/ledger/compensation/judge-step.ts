/** What comes next for a task whose side effects are being undone. Decides by locked rows, and writes nothing. */
import { type Compensation, NOTHING_TO_UNDO } from '#lib/task/compensation.ts'
import type { Settings } from '#lib/task/settings.ts'

export type NextStep =
  /** Nothing is left to undo. */
  | { readonly kind: 'compensated' }
  /** It cannot be undone by what is known here; `step` is the one that was given up. */
  | { readonly kind: 'quarantine'; readonly reason: string; readonly step?: Compensation }
  /** An HTTP handler is to be called. */
  | { readonly kind: 'call'; readonly step: Compensation }
  /** A worker with the skill is to be found. */
  | { readonly kind: 'delegate'; readonly step: Compensation }
  /** The task in which a worker undoes it has taken too long. */
  | { readonly kind: 'overdue'; readonly step: Compensation }

/**
 * The last step that is open, unless any open step is of a kind that nobody knows: then none is touched, since half an
 * undoing is worse than none.
 */
export function judgeNextStep(
  steps: readonly Compensation[],
  { handlers, triesMax }: Settings['compensation'],
  skilled: ReadonlySet<string>,
): NextStep {
  const open = steps.filter(({ status, kind }) => status !== 'done' && kind !== NOTHING_TO_UNDO)
  const step = open.at(-1)
  if (!step) return { kind: 'compensated' }
  const known = (kind: string) => kind in handlers || skilled.has(kind)
  const unknown = [...new Set(open.filter(({ kind }) => !known(kind)).map(({ kind }) => kind))]
  if (unknown.length > 0) {
    return {
      kind: 'quarantine',
      reason: `nobody here knows how to undo ${unknown.map((one) => `"${one}"`).join(', ')}`,
    }
  }
  if (step.status === 'running' && step.runnerTaskId !== null) return { kind: 'overdue', step }
  if (!(step.kind in handlers)) return { kind: 'delegate', step }
  if (step.status === 'running' && step.tries >= triesMax) {
    return { kind: 'quarantine', reason: `${givenUp(steps, step)}: no answer came before its time was over`, step }
  }
  return { kind: 'call', step }
}

/** "step 2 of 3 (branch) could not be undone in 3 tries". What its handler said stands with the step, for whoever may see it. */
export function givenUp(steps: readonly Compensation[], step: Compensation): string {
  return `${stepName(steps, step)} could not be undone in ${step.tries === 1 ? '1 try' : `${step.tries} tries`}`
}

export function stepName(steps: readonly Compensation[], { position, kind }: Compensation): string {
  return `step ${position} of ${steps.length} (${kind})`
}
