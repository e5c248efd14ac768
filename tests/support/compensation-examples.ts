/** Calls that must succeed of the endpoints about undoing, late reports, and what a person keeps back. */
import type { Client } from '#lib/worker/client.ts'
import type { Examples } from './examples.ts'
import { freshId } from './factories.ts'
import type { Stage } from './stage.ts'

type Names =
  | 'registerCompensation'
  | 'compensateTask'
  | 'listReports'
  | 'adoptReport'
  | 'holdTask'
  | 'releaseTask'
  | 'quarantineTask'

export const COMPENSATION_EXAMPLES: Pick<Examples, Names> = {
  async registerCompensation(stage, caller) {
    const { ref } = await stage.begin({ sideEffects: true }, await stage.hire({}, caller))
    return { ...ref, id: freshId('step'), kind: 'branch', target: 'acme/api fix-login', reason: 'made the branch' }
  },
  async compensateTask(stage) {
    const { taskId } = await interrupted(stage)
    await stage.admin.call('registerCompensation', { taskId, kind: 'branch', target: 'fix-login', reason: 'left over' })
    return { taskId, reason: 'nobody wants it any more' }
  },
  listReports: async (stage, caller) => ({ taskId: (await kept(stage, caller)).taskId }),
  async adoptReport(stage) {
    const { taskId, reportId } = await kept(stage, stage.admin)
    return { taskId, reportId, attempt: 1, reason: 'its work was done' }
  },
  holdTask: async (stage) => ({ taskId: (await interrupted(stage)).taskId, reason: 'look at the disk first' }),
  async releaseTask(stage) {
    const { taskId } = await interrupted(stage)
    await stage.admin.call('quarantineTask', { taskId, reason: 'it filled the disk' })
    return { taskId, reason: 'the disk is larger now' }
  },
  quarantineTask: async (stage) => ({ taskId: (await stage.begin()).task.id, reason: 'it fills the disk' }),
}

async function interrupted(stage: Stage) {
  const { ref, worker } = await stage.begin()
  await stage.admin.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  return ref
}

/** A task whose first worker reported after a second one began. */
async function kept(stage: Stage, caller: Client) {
  const { ref, worker } = await stage.begin({}, await stage.hire({}, caller))
  await stage.admin.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  const { id: workerId } = await stage.hire()
  await stage.admin.call('startAttempt', { taskId: ref.taskId, workerId, requestId: freshId('request') })
  const reportId = freshId('message')
  const report = {
    ...ref,
    messageId: reportId,
    outcome: 'success' as const,
    costUsd: 2.5,
    artifacts: { patch: 'diff' },
  }
  await caller.call('finishAttempt', report).catch(() => undefined)
  return { taskId: ref.taskId, reportId }
}
