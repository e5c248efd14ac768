/** What must hold after every step of a schedule, whatever the step was. Each break is told in one sentence. */
import { isHeld } from '#lib/task/states.ts'
import { type Replayed, replay } from './replay.ts'
import { type AttemptState, groupBy, type State, type TaskState } from './state.ts'
import { SWEEP_MS, type Watch } from './world.ts'

/** What was seen so far, and must not be taken back. */
export interface Seen {
  state: State
  readonly replayed: Map<string, Replayed>
  /** By task, and by task and attempt: rows that are sealed. */
  readonly sealed: Map<string, string>
  /** How many attempts a request had given when it was first seen. */
  readonly requests: Map<string, number>
  readonly invalidated: Set<string>
  /** Tasks that a person gave to a worker, whatever their budgets said. */
  readonly byHand: Set<string>
  lastEvent: number
}

/** What the sweepers take for an outage of theirs at the least: three passes missed, and two seconds. */
const OUTAGE_MS = 3 * SWEEP_MS + 2000

export function nothingSeen(): Seen {
  const state = { tasks: new Map(), attempts: [], workers: new Map(), sessions: [], steps: [], events: [] }
  return {
    state,
    replayed: new Map(),
    sealed: new Map(),
    requests: new Map(),
    invalidated: new Set(),
    byHand: new Set(),
    lastEvent: 0,
  }
}

/** Compares what is there now with what was; answers what is broken, and remembers what is new. */
export function look(seen: Seen, state: State, now: number): string[] {
  const attempts = groupBy(state.attempts, ({ taskId }) => taskId)
  const broken = [
    ...historyBreaks(seen, state),
    ...[...state.tasks.values()].flatMap((task) => [
      ...holderBreaks(task, attempts.get(task.id) ?? [], state),
      ...growthBreaks(task, seen.state.tasks.get(task.id)),
      ...budgetBreaks(task, seen.byHand),
    ]),
    ...sealBreaks(seen, state),
    ...beginBreaks(seen, state, now),
    ...sessionBreaks(seen, state),
    ...leaseBreaks(seen, state),
    ...undoingBreaks(seen, state),
  ]
  seen.state = state
  return broken
}

function historyBreaks(seen: Seen, state: State): string[] {
  for (const event of state.events) {
    seen.lastEvent = event.id
    if (event.taskId === null) continue
    if (event.type === 'task.reassigned') {
      if (JSON.parse(event.data).automatic === false) seen.byHand.add(event.taskId)
      else seen.byHand.delete(event.taskId)
    }
    const after = replay(seen.replayed.get(event.taskId), event)
    if (after) seen.replayed.set(event.taskId, after)
  }
  return [...state.tasks.values()].flatMap((task) => {
    const told = seen.replayed.get(task.id)
    const { status, attempt, workerId, retriesUsed, interruptions } = task
    const row = { status, attempt, workerId, sealed: task.sealedAt !== null, retriesUsed, interruptions }
    const differs = Object.entries(row).filter(([name, value]) => told?.[name as keyof Replayed] !== value)
    return differs.map(
      ([name, value]) =>
        `the history of ${task.id} leads to ${name} ${told?.[name as keyof Replayed]}, the row has ${value}`,
    )
  })
}

function holderBreaks(task: TaskState, attempts: readonly AttemptState[], state: State): string[] {
  const underWay = attempts.filter(({ finishedAt }) => finishedAt === null)
  const broken: string[] = []
  if (underWay.length > 1) broken.push(`${task.id} has ${underWay.length} attempts under way`)
  const [open] = underWay
  if (isHeld(task.status) !== (open !== undefined)) {
    broken.push(`${task.id} is ${task.status} with ${open ? `attempt ${open.attempt}` : 'no attempt'} under way`)
  }
  if (open && (open.attempt !== task.attempt || open.workerId !== task.workerId)) {
    broken.push(
      `${task.id} is held by ${task.workerId} as ${task.attempt}, its attempt by ${open.workerId} as ${open.attempt}`,
    )
  }
  if (open && open.status !== task.status) broken.push(`${task.id} is ${task.status}, its attempt ${open.status}`)
  if (open && state.workers.get(open.workerId)?.recoveredAt !== null) {
    broken.push(`${task.id} is held by ${open.workerId}, whom recovery has left behind`)
  }
  if (task.sealedAt !== null && (task.workerId !== null || task.nextAction !== null)) {
    broken.push(`${task.id} is sealed and still has a holder or a next step`)
  }
  if (task.status === 'interrupted' && task.nextAction === null) {
    broken.push(`${task.id} is interrupted and nothing is to happen next`)
  }
  if (attempts.length !== task.attempt) broken.push(`${task.id} is at ${task.attempt} with ${attempts.length} attempts`)
  return broken
}

function growthBreaks(task: TaskState, before: TaskState | undefined): string[] {
  const grown = task.attempt - (before?.attempt ?? 0)
  return grown < 0 || (before && grown > 1)
    ? [`${task.id} went from attempt ${before?.attempt} to ${task.attempt}`]
    : []
}

function budgetBreaks(task: TaskState, byHand: ReadonlySet<string>): string[] {
  const broken: string[] = []
  if (task.retriesUsed < 0 || task.retriesUsed > task.retriesMax) {
    broken.push(`${task.id} has used ${task.retriesUsed} of ${task.retriesMax} retries`)
  }
  // One that several tasks shared counts a part of one against each.
  const over = task.blamePpm > task.interruptionsMax * 1_000_000
  if (over && task.status === 'running' && !byHand.has(task.id))
    broken.push(`${task.id} runs after ${task.interruptions} interruptions`)
  if (over && task.nextAction === 'reassign') broken.push(`${task.id} will be reassigned, past its interruptions`)
  return broken
}

function sealBreaks(seen: Seen, { tasks, attempts }: State): string[] {
  const rows = [
    ...[...tasks.values()].flatMap(({ id, sealedAt, whole }) => (sealedAt === null ? [] : [[id, whole] as const])),
    ...attempts.flatMap(({ taskId, attempt, finishedAt, whole }) =>
      finishedAt === null ? [] : [[`${taskId}/${attempt}`, whole] as const],
    ),
  ]
  const now = new Map(rows)
  const broken = [...seen.sealed].filter(([key, whole]) => now.get(key) !== whole)
  for (const [key, whole] of rows) seen.sealed.set(key, whole)
  return broken.map(([key, whole]) => `${key} was sealed as ${whole} and is now ${now.get(key)}`)
}

/** Attempts that are new: who got them, of which task, and by which request. */
function beginBreaks(seen: Seen, state: State, now: number): string[] {
  const broken: string[] = []
  const known = new Set(seen.state.attempts.map(({ taskId, attempt }) => `${taskId}/${attempt}`))
  for (const { taskId, attempt, workerId, cause } of state.attempts) {
    // An adopted report gets an attempt that is over as it begins.
    if (known.has(`${taskId}/${attempt}`) || cause === 'adopted') continue
    const before = seen.state.tasks.get(taskId)
    const worker = state.workers.get(workerId)
    if (!worker || worker.endedAt !== null || worker.leaseExpiresAt <= now) {
      broken.push(`${workerId} got attempt ${attempt} of ${taskId} without a lease`)
    }
    if (before?.notBefore != null && before.notBefore > now) broken.push(`${taskId} began before it was due`)
    if (before?.status === 'assigned' && before.workerId !== null && before.workerId !== workerId) {
      broken.push(`${taskId} was meant for ${before.workerId} and began with ${workerId}`)
    }
    if (before && before.sealedAt !== null) broken.push(`${taskId} began after it was sealed`)
    if (before && before.heldAt !== null) broken.push(`${taskId} began while a person held it`)
    if (before && before.compensatingSince !== null) broken.push(`${taskId} began while it was being undone`)
  }
  for (const [key, attempts] of groupBy(state.attempts, (one) => `${one.workerId}/${one.requestId}`)) {
    const first = seen.requests.get(key) ?? attempts.length
    if (attempts.length !== first)
      broken.push(`request ${key} gave ${first} attempts at first and ${attempts.length} in all`)
    seen.requests.set(key, first)
  }
  return broken
}

function sessionBreaks(seen: Seen, state: State): string[] {
  const open = new Set(
    state.attempts.filter(({ finishedAt }) => finishedAt === null).map(({ taskId, attempt }) => `${taskId}/${attempt}`),
  )
  const causes = new Map(state.attempts.map((one) => [`${one.taskId}/${one.attempt}`, one]))
  const broken: string[] = []
  for (const { id, taskId, attempt, status } of state.sessions) {
    const key = `${taskId}/${attempt}`
    if (status === 'active' && !open.has(key)) broken.push(`session ${id} is active, and its attempt ${key} is over`)
    if (status !== 'invalidated' && seen.invalidated.has(id))
      broken.push(`session ${id} was invalidated and is ${status}`)
    if (status === 'invalidated') seen.invalidated.add(id)
    const ended = causes.get(key)
    if (ended?.status === 'interrupted' && diedOf(ended.cause) && status === 'resumable') {
      broken.push(`session ${id} can be resumed, though the worker of ${key} died`)
    }
  }
  return broken
}

function diedOf(cause: string | null): boolean {
  return cause !== null && ['proven', 'suspected', 'declared', 'replaced'].includes(cause)
}

/** The last step is undone first, and none twice. */
function undoingBreaks(seen: Seen, { tasks, steps }: State): string[] {
  const before = new Map(seen.state.steps.map((step) => [`${step.taskId}/${step.id}`, step]))
  return steps.flatMap((step) => {
    const { taskId, id, position, status } = step
    const was = before.get(`${taskId}/${id}`)
    const broken: string[] = []
    if (was?.status === 'done' && was.whole !== step.whole) broken.push(`${taskId}/${id} was undone and has changed`)
    const later = steps.filter((one) => one.taskId === taskId && one.position > position && one.kind !== 'none')
    if (status === 'running' && was?.status !== 'running' && later.some((one) => one.status !== 'done')) {
      broken.push(`step ${position} of ${taskId} is being undone before a later one`)
    }
    if (tasks.get(taskId)?.status === 'compensated' && status !== 'done' && step.kind !== 'none') {
      broken.push(`${taskId} is compensated, and its step ${position} is ${status}`)
    }
    return broken
  })
}

/** Heartbeats, amnesties and reattachments give time; none takes any. */
function leaseBreaks(seen: Seen, state: State): string[] {
  return [...state.workers.values()].flatMap((worker) => {
    const before = seen.state.workers.get(worker.id)
    if (!before || worker.leaseExpiresAt >= before.leaseExpiresAt) return []
    return [`the lease of ${worker.id} went back from ${before.leaseExpiresAt} to ${worker.leaseExpiresAt}`]
  })
}

/** A worker that is only suspected had a whole lease in which it could have answered: an outage of ours is not its own. */
export function fairnessBreaks(watch: Watch, state: State, now: number): string[] {
  if (!watch.on) return []
  return state.events.flatMap(({ type, workerId, data }) => {
    const worker = state.workers.get(workerId ?? '')
    if (type !== 'worker.died' || worker?.deathKind !== 'suspected') return []
    if (now - watch.sweptAt > OUTAGE_MS)
      return [`${workerId} was suspected though nobody has swept for a while: ${data}`]
    const given = now - Math.max(watch.backAt, worker.registeredAt)
    return given >= worker.leaseMs ? [] : [`${workerId} was suspected ${given} ms after an outage: ${data}`]
  })
}
