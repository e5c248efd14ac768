/** What an operator has beyond the everyday: keeping back, letting go, undoing, adopting, and the pause of recovery. */

import { finishStep } from '#lib/ledger/compensation/finish-step.ts'
import { takeSteps } from '#lib/ledger/compensation/take-steps.ts'
import {
  adoptReport,
  COMPENSATOR,
  compensateTask,
  holdTask,
  listReports,
  pauseRecovery,
  quarantineTask,
  registerCompensation,
  releaseTask,
  unpauseRecovery,
} from '#lib/ledger/index.ts'
import { type OperatorAct, onTask, reason } from './operator.ts'
import { freshId, startPass, tell, type Work, type World } from './world.ts'

/** How those are undone: by a call, by a worker with the skill, by nobody, and not at all. */
const KINDS = ['branch', 'branch', 'mail', 'mail', 'unknown', 'none'] as const
const PAUSE_MS = 20_000

export const UNDOING_ACTS: readonly OperatorAct[] = [
  onTask(2, 'hold', (_world, taskId) => (context) => holdTask(context, { taskId, reason })),
  onTask(3, 'release', (_world, taskId) => (context) => releaseTask(context, { taskId, reason })),
  onTask(0.5, 'quarantine', (_world, taskId) => (context) => quarantineTask(context, { taskId, reason })),
  onTask(2, 'compensate', (_world, taskId) => (context) => compensateTask(context, { taskId, reason })),
  onTask(3, 'register a compensation', (world, taskId) => {
    const kind = world.random.pick(KINDS) ?? 'none'
    const id = freshId(world, 'step')
    return (context) => registerCompensation(context, { taskId, id, kind, target: 'main', reason })
  }),
  onTask(4, 'adopt', (world, taskId) => {
    const place = world.random.next()
    return async (context) => {
      const { reports } = await listReports(context, { taskId })
      const report = reports[Math.floor(place * reports.length)]
      return report && adoptReport(context, { taskId, reportId: report.id, attempt: report.attempt, reason })
    }
  }),
  {
    weight: 1,
    name: 'pause',
    work: (world) => async (context) => {
      world.pauses.push((await pauseRecovery(context, { reason, forMs: PAUSE_MS })).id)
    },
  },
  {
    weight: 1,
    name: 'unpause',
    work(world) {
      const pauseId = world.random.pick(world.pauses)
      return pauseId === undefined ? undefined : (context) => unpauseRecovery(context, { pauseId })
    },
  },
]

/** Takes steps that are to be undone and calls their handlers, which answer as they like. */
export function undo(world: World, failing = 0.3): Work<unknown> {
  const answers = Array.from({ length: 8 }, () => (world.random.chance(failing) ? 'HTTP 500' : null))
  return async (context) => {
    for (const { step } of await takeSteps(context, { max: 4 })) {
      tell(world, () => `the handler of ${step.kind} is called for step ${step.position} of ${step.taskId}`)
      const { taskId, id: stepId, tries } = step
      await finishStep(context, { taskId, stepId, tries, error: answers.shift() ?? null })
    }
  }
}

export async function compensate(world: World): Promise<void> {
  const server = world.random.pick(world.servers.filter(({ booted }) => booted))
  if (server) await startPass(world, server, 'its undoing', COMPENSATOR, undo(world))
}
