/** What a person does to many tasks at once: bulk acts, incidents, histories from elsewhere. */
import {
  abortOperation,
  dropIncident,
  importTask,
  listIncidents,
  noteIncident,
  releaseIncident,
  resolveIncident,
  retryOperation,
  runDueOperations,
  runOperation,
  takeIncident,
} from '#lib/ledger/index.ts'
import { OPERATION_ACTIONS } from '#lib/task/schema.ts'
import type { TaskStatus } from '#lib/task/states.ts'
import { type OperatorAct, reason } from './operator.ts'
import { freshId, type Work, type World } from './world.ts'

/** Open, recoverable, sealed, and under way when the other history ends. */
const IMPORTED: readonly TaskStatus[] = ['queued', 'interrupted', 'failed', 'success', 'running']
/** More would only make a schedule slow. */
const TASKS_MAX = 6

const order: OperatorAct = {
  weight: 6,
  name: 'order an operation',
  long: true,
  work(world) {
    const { random } = world
    const action = random.pick(OPERATION_ACTIONS)
    const ids = world.tasks.filter(() => random.chance(0.7))
    if (action === undefined || ids.length === 0) return undefined
    const id = freshId(world, 'operation')
    world.operations.push(id)
    const later = random.chance(0.3) ? { startAfterMs: random.between(1, 10_000) } : {}
    const atOnce = random.chance(0.7)
    return async (context) => {
      await runOperation(context, { id, action, ids, reason, ...later })
      if (atOnce) await runDueOperations(context)
    }
  },
}

function onOperation(weight: number, name: string, work: (operationId: string) => Work<unknown>): OperatorAct {
  return {
    weight,
    name,
    work(world) {
      const operationId = world.random.pick(world.operations)
      return operationId === undefined ? undefined : work(operationId)
    },
  }
}

type OnIncident = (incidentId: string) => Work<unknown>

/** On any incident that there is, whoever looks after it. */
function onIncident(weight: number, name: string, work: OnIncident): OperatorAct {
  return {
    weight,
    name,
    work(world) {
      const place = world.random.next()
      return async (context) => {
        const { incidents } = await listIncidents(context, {})
        const found = incidents[Math.floor(place * incidents.length)]
        return found && work(found.id)(context)
      }
    },
  }
}

const takeOver: OperatorAct = {
  weight: 2,
  name: 'import',
  work(world: World) {
    const { random, tasks } = world
    const again = random.chance(0.3) ? random.pick(tasks) : undefined
    if (again === undefined && tasks.length >= TASKS_MAX) return undefined
    const id = again ?? freshId(world, 'imported')
    if (again === undefined) tasks.push(id)
    const status = random.pick(IMPORTED) ?? 'queued'
    const createdAt = new Date(world.now - 3_600_000).toISOString()
    return (context) => importTask(context, { id, title: 'Fix logout', status, createdAt, startedAt: createdAt })
  },
}

export const MANY_ACTS: readonly OperatorAct[] = [
  order,
  { weight: 3, name: 'do what is ordered', long: true, work: () => (context) => runDueOperations(context) },
  onOperation(1, 'abort', (operationId) => (context) => abortOperation(context, { operationId })),
  onOperation(
    1,
    'take up again',
    (operationId) => (context) => retryOperation(context, { operationId, of: 'skipped' }),
  ),
  onIncident(1, 'take an incident', (incidentId) => (context) => takeIncident(context, { incidentId })),
  onIncident(1, 'drop an incident', (incidentId) => (context) => dropIncident(context, { incidentId })),
  onIncident(
    1,
    'note on an incident',
    (incidentId) => (context) => noteIncident(context, { incidentId, text: 'seen' }),
  ),
  onIncident(2, 'resolve an incident', (incidentId) => (context) => resolveIncident(context, { incidentId, reason })),
  onIncident(2, 'release an incident', (incidentId) => (context) => releaseIncident(context, { incidentId, reason })),
  takeOver,
]

/** Operations whose books are wrong: what was done to each task is counted once, and one that is over has no task left. */
export const WRONG_BOOKS = `SELECT o.id AS id FROM operations AS o WHERE
  o.changed <> (SELECT COUNT(*) FROM operation_items AS i WHERE i.operation_id = o.id AND i.result = 'changed')
  OR o.skipped <> (SELECT COUNT(*) FROM operation_items AS i WHERE i.operation_id = o.id AND i.result = 'skipped')
  OR o.failed <> (SELECT COUNT(*) FROM operation_items AS i WHERE i.operation_id = o.id AND i.result = 'failed')
  OR o.failed > 0
  OR o.status = 'done' AND EXISTS (SELECT 1 FROM operation_items AS i WHERE i.operation_id = o.id AND i.result = 'pending')`
