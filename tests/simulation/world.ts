/**
 * One schedule's world: a ledger, two servers before it, three workers, an operator, and a clock that goes where it
 * likes. Everything that happens is a step; after each one the whole ledger is looked at.
 */
import type { Actor, Context, Host } from '#lib/ledger/index.ts'
import { isOutage } from '#lib/ledger/recovery/tick.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { settingsOf } from '#lib/task/settings.ts'
import type { Engine } from './engine.ts'
import { createGate, type Gate } from './gate.ts'
import { fairnessBreaks, look, nothingSeen, type Seen } from './promises.ts'
import type { Random } from './random.ts'
import { type Call, call, type Outcome } from './server.ts'
import type { Reader, State } from './state.ts'
import type { Sent, SimulatedWorker } from './worker.ts'

export const SWEEP_MS = 5000
export const SERVERS = 2
export const POLICY = createPolicy(
  settingsOf({
    firstDelayMs: 10_000,
    compensation: { ...settingsOf().compensation, handlers: { branch: { url: 'http://127.0.0.1/undo' } } },
  }),
)
export const PERSON: Actor = { kind: 'person', name: 'ada', role: 'operator' }

/** How likely a server dies at each statement and each commit that it passes. */
const DEATHS = 0.01

export interface Server {
  readonly name: string
  /** False from its death until its pass at boot is over: till then it takes no requests. */
  booted: boolean
  /** What it has under way over several transactions. */
  readonly passes: Pass[]
}

export interface Pass {
  readonly name: string
  readonly call: Call<unknown>
  readonly gate: Gate
  readonly atBoot: boolean
}

export interface World {
  readonly seed: number
  readonly random: Random
  readonly engine: Engine
  readonly seen: Seen
  readonly servers: readonly Server[]
  /** Those that work now; whom they replaced may still be about. */
  readonly workers: SimulatedWorker[]
  readonly zombies: SimulatedWorker[]
  readonly tasks: string[]
  readonly pauses: string[]
  readonly operations: string[]
  /** What is, or was, on its way to a server, and may arrive once more. */
  readonly network: Sent[]
  /** Processes that are gone. */
  readonly gone: Set<number>
  /** What the ledger has said it has, by the ids of messages. */
  readonly kept: Set<string>
  readonly coverage: Coverage
  readonly watch: Watch
  /** Looks at everything there is; throws with all that is broken. */
  look(): Promise<State>
  now: number
  ids: number
  trace: string[] | undefined
}

/** When somebody swept, and when the sweepers came back from an outage of theirs. */
export interface Watch {
  sweptAt: number
  backAt: number
  on: boolean
}

/** The boundaries that were passed, and those at which a server died. */
export interface Coverage {
  readonly passed: Map<string, number>
  readonly died: Set<string>
}

const START_MS = Date.parse('2026-11-21T08:00:00.000Z')

export function createWorld(
  engine: Engine,
  seed: number,
  random: Random,
  coverage: Coverage,
  trace: string[] | undefined,
  read: Reader,
): World {
  const servers = ['server A', 'server B'].map((name) => ({ name, booted: true, passes: [] }))
  const world: World = {
    ...{ seed, random, engine, servers, coverage, trace },
    seen: nothingSeen(),
    workers: [],
    zombies: [],
    tasks: [],
    pauses: [],
    operations: [],
    network: [],
    gone: new Set(),
    kept: new Set(),
    watch: { sweptAt: START_MS, backAt: 0, on: true },
    look: () => lookAt(world, read),
    now: START_MS,
    ids: 0,
  }
  return world
}

export function tell(world: World, line: () => string): void {
  world.trace?.push(`  ${line()}`)
}

/** An id that no other schedule has. */
export function freshId(world: World, kind: string): string {
  world.ids += 1
  return `${kind}-${world.seed}-${world.ids}`
}

export function hostOf(world: World): Host {
  return { bootId: 'boot', pidNamespace: 'ns', isGone: (pid) => world.gone.has(pid) }
}

function noteTick({ watch, now }: World): void {
  const gapMs = now - watch.sweptAt
  if (isOutage(Math.abs(gapMs) < SWEEP_MS ? 0 : gapMs, SWEEP_MS)) watch.backAt = now
  watch.sweptAt = now
}

export type Work<T> = (context: Context) => Promise<T>

function begin<T>(world: World, server: Server, actor: Actor, work: Work<T>, gate?: Gate): Call<T> {
  const { random, engine, coverage } = world
  return call(
    {
      engine,
      clock: () => world.now,
      dies: () => random.chance(DEATHS),
      turn: gate?.turn,
      onBoundary(point, died) {
        coverage.passed.set(point, (coverage.passed.get(point) ?? 0) + 1)
        if (point === 'tick/commit' || point === 'keepTime/commit') noteTick(world)
        if (!died) return
        coverage.died.add(point)
        tell(world, () => `${server.name} dies at ${point}`)
      },
    },
    (db) => work({ db, actor, policy: POLICY }),
  )
}

/** Asks a server for something and waits for what comes of it. A server that dies under it takes its passes along. */
export async function ask<T>(world: World, work: Work<T>, actor: Actor = PERSON): Promise<Outcome<T>> {
  const server = world.random.pick(world.servers.filter(({ booted }) => booted))
  return server ? askOf(world, server, work, actor) : { kind: 'lost' }
}

export async function askOf<T>(world: World, server: Server, work: Work<T>, actor: Actor): Promise<Outcome<T>> {
  const outcome = await begin(world, server, actor, work).outcome
  if (outcome.kind === 'lost') killServer(server)
  return outcome
}

export function killServer(server: Server): void {
  for (const pass of server.passes.splice(0)) pass.call.kill()
  server.booted = false
}

/** Begins something that takes several transactions, between which others get their turn. */
export async function startPass(
  world: World,
  server: Server,
  name: string,
  actor: Actor,
  work: Work<unknown>,
  atBoot = false,
): Promise<void> {
  const gate = createGate()
  const pass = { name, gate, atBoot, call: begin(world, server, actor, work, gate) }
  server.passes.push(pass)
  await Promise.race([gate.arrival(), settled(pass)])
}

/** Lets one pass of a server go on by one transaction. */
export async function goOn(world: World, server: Server, pass: Pass): Promise<void> {
  tell(world, () => `${server.name} goes on with ${pass.name}`)
  pass.gate.open()
  const ended = await Promise.race([pass.gate.arrival(), settled(pass)])
  if (!ended) return
  if (ended.kind === 'lost') return killServer(server)
  server.passes.splice(server.passes.indexOf(pass), 1)
  if (pass.atBoot) server.booted = true
}

function settled({ call }: Pass): Promise<Outcome<unknown>> {
  return call.outcome
}

async function lookAt(world: World, read: Reader): Promise<State> {
  if (!(await world.engine.changed())) return world.seen.state
  const state = await read(world.seen.lastEvent)
  const broken = [...look(world.seen, state, world.now), ...fairnessBreaks(world.watch, state, world.now)]
  if (broken.length > 0) throw new Error(broken.join('\n'))
  return world.seen.state
}
