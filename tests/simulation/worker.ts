/** A worker as it sees itself: what it believes it holds, what it has not been answered, and what it does next. */
import type { Actor } from '#lib/ledger/index.ts'
import type { OutputMessage } from '#lib/task/commands.ts'
import type { ErrorCode, TaskError } from '#lib/task/errors.ts'
import type { Outcome } from './server.ts'
import { ask, freshId, tell, type Work, type World } from './world.ts'

/** An attempt that a worker believes to hold. */
export interface Held {
  /** Under which name it was given: a worker that registers anew has another one. */
  readonly workerId: string
  readonly taskId: string
  readonly attempt: number
  /** Output that nobody has acknowledged. */
  unacked: OutputMessage[]
  written: number
  toCancel: boolean
  /** It has reported the end, and waits for the answer. */
  reported: boolean
}

export interface SimulatedWorker {
  readonly name: string
  readonly pid: number
  /** Whether it runs on the servers' own host, where its death can be proven. */
  readonly here: boolean
  readonly skills: readonly string[]
  readonly held: Map<string, Held>
  /** Whatever it has held so far, by task and attempt. */
  readonly known: Map<string, Held>
  /** Sent, and to be sent again. */
  readonly unanswered: Sent[]
  /** Null until it is registered. */
  id: string | null
  frozen: boolean
  /** The ledger said that its lease is over. */
  expired: boolean
}

/** Something that a worker asks for. The same request may arrive any number of times, in any order with others. */
export interface Request<T = unknown> {
  readonly name: string
  readonly send: Work<T>
  /** The answer in words. */
  tell?(value: T): string
  /** The worker learns the answer. */
  answered?(world: World, value: T): void
  refused?(world: World, error: TaskError): void
  /** The ledger has committed it: what it owes from now on. */
  committed?(world: World, value: T): void
  /** What is wrong with a second answer, the first one being known. Without this the request has no id of its own. */
  again?(first: T, second: T): string | null
  /** What a second delivery may be refused with, although the first was not. */
  readonly mayRefuse?: readonly ErrorCode[]
}

export interface WorkerAct {
  readonly weight: number
  /** Undefined when it makes no sense to this worker now. */
  request(world: World, worker: SimulatedWorker, id: string): Request | undefined
}

/** A request keeps the type of its answer to itself. */
export function requestOf<T>(request: Request<T>): Request {
  return request as Request
}

export interface Sent {
  readonly worker: SimulatedWorker
  readonly request: Request
  first?: Outcome<unknown>
}

const NETWORK_MAX = 16
const REQUESTS_LOST = 0.04
const ANSWERS_LOST = 0.07

export function createWorker(world: World, name: string): SimulatedWorker {
  world.ids += 1
  return {
    name,
    pid: 5000 + world.ids,
    here: world.random.chance(0.4),
    skills: ['rare', 'compensate:mail'].filter(() => world.random.chance(0.5)),
    held: new Map(),
    known: new Map(),
    unanswered: [],
    id: null,
    frozen: false,
    expired: false,
  }
}

export function actorOf(worker: SimulatedWorker): Actor {
  return { kind: 'worker', name: worker.name, role: 'worker' }
}

/** The worker believes from now on that it holds this. It remembers what it has written, should it have held it before. */
export function hold({ held, known }: SimulatedWorker, workerId: string, taskId: string, attempt: number): void {
  const key = `${workerId}/${taskId}/${attempt}`
  const mine = known.get(key) ?? {
    workerId,
    taskId,
    attempt,
    unacked: [],
    written: 0,
    toCancel: false,
    reported: false,
  }
  known.set(key, mine)
  held.set(taskId, mine)
}

/** Sends a request for the first time. */
export function send(world: World, worker: SimulatedWorker, request: Request): Promise<void> {
  const sent: Sent = { worker, request }
  if (request.again) {
    world.network.push(sent)
    if (world.network.length > NETWORK_MAX) world.network.shift()
  }
  return deliver(world, sent)
}

/** A request arrives, or is lost on its way; its answer arrives, or is lost on its way. */
export async function deliver(world: World, sent: Sent): Promise<void> {
  const { worker, request } = sent
  if (world.random.chance(REQUESTS_LOST)) {
    tell(world, () => `${worker.name}: ${request.name}: lost on its way`)
    return askAgain(sent)
  }
  const outcome = await arrive(world, sent)
  const heard = outcome.kind !== 'lost' && !world.random.chance(ANSWERS_LOST)
  if (!heard) return askAgain(sent)
  if (outcome.kind === 'answered') request.answered?.(world, outcome.value)
  if (outcome.kind === 'refused') request.refused?.(world, outcome.error)
}

/** A request reaches the ledger, with nobody there to hear the answer. */
export async function arrive(world: World, sent: Sent): Promise<Outcome<unknown>> {
  const { worker, request, first } = sent
  const outcome = await ask(world, request.send, actorOf(worker))
  tell(world, () => `${worker.name}: ${request.name}: ${told(request, outcome)}`)
  if (outcome.kind === 'answered') request.committed?.(world, outcome.value)
  const wrong = first?.kind === 'answered' ? difference(request, first.value, outcome) : null
  if (wrong) throw new Error(`${worker.name}: ${request.name}, again: ${wrong}`)
  if (outcome.kind !== 'lost') sent.first ??= outcome
  return outcome
}

function difference(request: Request, first: unknown, outcome: Outcome<unknown>): string | null {
  if (outcome.kind === 'answered') return request.again?.(first, outcome.value) ?? null
  if (outcome.kind === 'lost' || request.mayRefuse?.includes(outcome.error.code)) return null
  return `it was answered before, and is now refused with ${outcome.error.code}`
}

function askAgain(sent: Sent): void {
  const { worker, request } = sent
  if (request.again && !worker.unanswered.includes(sent)) worker.unanswered.push(sent)
}

function told(request: Request, outcome: Outcome<unknown>): string {
  if (outcome.kind === 'answered') return request.tell?.(outcome.value) ?? 'done'
  if (outcome.kind === 'refused') return `refused, ${outcome.error.code}`
  return 'no answer'
}

export function requestId(world: World): string {
  return freshId(world, 'request')
}
