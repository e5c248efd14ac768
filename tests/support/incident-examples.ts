/** A call of each endpoint of incidents and of the pause of recovery. */
import type { Examples } from './examples.ts'
import type { Stage } from './stage.ts'

type IncidentExamples = Pick<
  Examples,
  | 'listIncidents'
  | 'getIncident'
  | 'listIncidentEvents'
  | 'takeIncident'
  | 'dropIncident'
  | 'noteIncident'
  | 'resolveIncident'
  | 'releaseIncident'
  | 'pauseRecovery'
  | 'listPauses'
  | 'unpauseRecovery'
>

/** The incident of a task whose worker was declared dead. */
async function incidentOf(stage: Stage) {
  const { ref, worker } = await stage.begin()
  await stage.admin.call('declareDead', { workerId: worker.id, reason: 'its host burnt down' })
  const { task } = await stage.admin.call('getTask', { taskId: ref.taskId })
  return { incidentId: task.incidentId ?? '' }
}

async function pauseOf(stage: Stage) {
  const { pause } = await stage.admin.call('pauseRecovery', { reason: 'the network is moved', forMs: 1000 })
  return { pauseId: pause.id }
}

export const incidents: IncidentExamples = {
  async listIncidents(stage) {
    await incidentOf(stage)
    return { state: 'open', limit: 2 }
  },
  getIncident: incidentOf,
  listIncidentEvents: async (stage) => {
    const one = await incidentOf(stage)
    await stage.admin.call('takeIncident', one)
    return { ...one, limit: 5 }
  },
  takeIncident: incidentOf,
  async dropIncident(stage) {
    const one = await incidentOf(stage)
    await stage.admin.call('takeIncident', one)
    return one
  },
  noteIncident: async (stage) => ({ ...(await incidentOf(stage)), text: 'the switch is being replaced' }),
  resolveIncident: async (stage) => ({ ...(await incidentOf(stage)), reason: 'all of it is reassigned' }),
  async releaseIncident(stage) {
    const one = await incidentOf(stage)
    await stage.sql("UPDATE incidents SET braked_at = opened_at, brake_reason = 'died again' WHERE id = $1", [
      one.incidentId,
    ])
    return { ...one, reason: 'the switch is back' }
  },
  pauseRecovery: async () => ({ reason: 'the network is moved', forMs: 1000 }),
  async listPauses(stage) {
    await pauseOf(stage)
    return { limit: 1 }
  },
  unpauseRecovery: async (stage) => ({ ...(await pauseOf(stage)), reason: 'it is back' }),
}
