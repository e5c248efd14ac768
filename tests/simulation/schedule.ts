/** One schedule from its seed: the steps, the looks, the end. */
import { createTask } from '#lib/ledger/index.ts'
import { bringToAnEnd, forget } from './ending.ts'
import type { Engine } from './engine.ts'
import { MANY_ACTS, WRONG_BOOKS } from './many.ts'
import { freezeOrThaw, jump, killOne, move, outage, passOf, quiet, replaceWorker, sweep } from './nature.ts'
import { newTask, operate } from './operator.ts'
import { createRandom } from './random.ts'
import { call } from './server.ts'
import { createReader, type Reader } from './state.ts'
import { compensate, UNDOING_ACTS } from './undoing.ts'
import { arrive, createWorker, deliver, send } from './worker.ts'
import { register, WORKER_ACTS } from './worker-acts.ts'
import { ask, type Coverage, createWorld, PERSON, POLICY, tell, type Work, type World } from './world.ts'

const WORKERS = 3
/** Not every act makes sense to a worker; this many are considered. */
const ACTS_TRIED = 4
const STEPS = { least: 8, most: 24 }

type Step = { readonly weight: number; run(world: World): void | Promise<void> }

const COME_BACK: Step = { weight: 14, run: sweep }
const STEPS_TO_TAKE: readonly Step[] = [
  COME_BACK,
  { weight: 48, run: work },
  { weight: 4, run: double },
  { weight: 11, run: operate },
  { weight: 6, run: (world) => operate(world, UNDOING_ACTS) },
  { weight: 6, run: (world) => operate(world, MANY_ACTS) },
  { weight: 3, run: compensate },
  { weight: 10, run: (world) => move(world, world.random.between(1, 9000)) },
  { weight: 3, run: quiet },
  { weight: 3, run: freezeOrThaw },
  { weight: 3, run: replaceWorker },
  { weight: 1, run: jump },
  { weight: 1, run: killOne },
  { weight: 0.5, run: outage },
]

/** While no server is there, little else happens than that one comes back. */
function nextStep({ random, servers }: World): Step | undefined {
  const down = servers.every(({ booted }) => !booted)
  return down && random.chance(0.6) ? COME_BACK : random.weighted(STEPS_TO_TAKE)
}

/** A worker does something: asks again for what was not answered, or acts on what it believes. */
async function work(world: World): Promise<void> {
  const { random } = world
  const worker = random.pick(random.chance(0.85) ? world.workers : world.zombies)
  if (!worker || worker.frozen) return
  const [unanswered] = worker.unanswered
  if (unanswered && random.chance(0.4)) {
    worker.unanswered.shift()
    return deliver(world, unanswered)
  }
  if (worker.id === null) return send(world, worker, register(world, worker))
  if (worker.expired && random.chance(0.3)) return send(world, worker, register(world, worker, worker.id))
  for (let tries = 0; tries < ACTS_TRIED; tries += 1) {
    const request = random.weighted(WORKER_ACTS)?.request(world, worker, worker.id)
    if (request) return send(world, worker, request)
  }
}

/** A request that was sent before arrives once more, however late, and nobody waits for its answer. */
async function double(world: World): Promise<void> {
  const sent = world.random.pick(world.network)
  if (!sent) return
  tell(world, () => 'once more:')
  await arrive(world, sent)
}

/** Simulates many schedules on one engine. */
export class Simulation {
  readonly coverage: Coverage = { passed: new Map(), died: new Set() }
  readonly engine: Engine
  readonly #read: Reader

  private constructor(engine: Engine, read: Reader) {
    this.engine = engine
    this.#read = read
  }

  static async on(engine: Engine): Promise<Simulation> {
    return new Simulation(engine, await createReader(engine))
  }

  /** Answers how many steps it took. Throws with the seed and all that happened when a promise was broken. */
  async run(seed: number): Promise<number> {
    try {
      return await this.#attempt(seed, undefined)
    } catch {
      const trace: string[] = []
      const again = await this.#attempt(seed, trace).catch((same: unknown) => same)
      throw new Error(`seed ${seed}, step by step:\n${trace.join('\n')}\n${message(again)}`)
    }
  }

  /** The steps of a schedule, told. */
  async tell(seed: number): Promise<string[]> {
    const trace: string[] = []
    await this.#attempt(seed, trace)
    return trace
  }

  async #attempt(seed: number, trace: string[] | undefined): Promise<number> {
    const random = createRandom(seed)
    const world = createWorld(this.engine, seed, random, this.coverage, trace, this.#read)
    try {
      await this.#begin(world)
      const steps = random.between(STEPS.least, STEPS.most)
      for (let number = 1; number <= steps; number += 1) {
        trace?.push(`step ${number}`)
        await nextStep(world)?.run(world)
        await world.look()
      }
      await this.#end(world)
      return steps
    } finally {
      await this.engine.reset()
    }
  }

  async #begin(world: World): Promise<void> {
    // Servers have booted before anybody can ask them for something.
    await this.#surely(world, passOf(world, 'boot'))
    for (let number = 1; number <= WORKERS; number += 1) {
      const worker = createWorker(world, `worker ${number}`)
      world.workers.push(worker)
      await send(world, worker, register(world, worker))
    }
    for (let tasks = world.random.between(1, 3); tasks > 0; tasks -= 1) {
      const command = newTask(world)
      world.tasks.push(command.id)
      await ask(world, (context) => createTask(context, command))
    }
    await world.look()
  }

  async #end(world: World): Promise<void> {
    world.trace?.push('the end')
    await this.#checkKept(world)
    world.watch.on = false
    const open = await this.#surely(world, (context) => bringToAnEnd(world, context))
    if (open.length > 0) throw new Error(open.join('\n'))
    await world.look()
    await this.#checkKept(world)
    const left = await this.#surely(world, (context) => forget(world, context))
    if (left.length > 0) throw new Error(left.join('\n'))
  }

  /** On a server that nothing happens to. */
  async #surely<T>(world: World, work: Work<T>): Promise<T> {
    const { engine } = this
    const clock = () => world.now
    const outcome = await call({ engine, clock }, (db) => work({ db, actor: PERSON, policy: POLICY })).outcome
    if (outcome.kind === 'answered') return outcome.value
    throw outcome.kind === 'refused' ? outcome.error : new Error('no answer')
  }

  /** What the ledger said it has, it has. */
  async #checkKept({ kept, now }: World): Promise<void> {
    const found = new Set((await this.engine.read(now, KEPT, [])).map(({ key }) => String(key)))
    const lost = [...kept].filter((key) => !found.has(key))
    if (lost.length > 0) throw new Error(`acknowledged, and not there: ${lost.join(', ')}`)
    const wrong = await this.engine.read(now, WRONG_BOOKS, [])
    if (wrong.length > 0) throw new Error(`operations with wrong books: ${wrong.map(({ id }) => id).join(', ')}`)
  }
}

const KEPT = `SELECT o.message_id AS key FROM task_output AS o
  UNION ALL SELECT a.finish_message_id FROM task_attempts AS a WHERE a.finish_message_id IS NOT NULL
  UNION ALL SELECT r.id FROM late_reports AS r`

function message(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
