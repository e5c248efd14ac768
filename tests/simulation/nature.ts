/** What nobody asks for: time, deaths, and servers that come and go. */
import { recover, SWEEPER } from '#lib/ledger/index.ts'
import { createWorker, send } from './worker.ts'
import { register } from './worker-acts.ts'
import { ask, askOf, goOn, hostOf, killServer, type Server, SWEEP_MS, startPass, tell, type World } from './world.ts'

const ZOMBIES_MAX = 3
const HOUR_MS = 3_600_000

export function move(world: World, ms: number): void {
  world.now += ms
  tell(world, () => `the clock ${ms < 0 ? 'goes back' : 'goes on'} ${Math.abs(ms)} ms`)
}

export function passOf(world: World, trigger: 'boot' | 'sweep', sweepMs = SWEEP_MS) {
  const host = hostOf(world)
  return (context: Parameters<typeof recover>[0]) =>
    recover(context, { trigger, sweepMs, host, firstBatchOnly: trigger === 'boot' })
}

/** A pass of recovery: whole, or a transaction at a time. A server has one at once, and its first one is the one at boot. */
export async function sweep(world: World): Promise<void> {
  const server = world.random.pick(world.servers)
  if (!server) return
  const [pass] = server.passes
  if (pass) return goOn(world, server, pass)
  if (!server.booted) return boot(world, server)
  if (world.random.chance(0.5)) {
    tell(world, () => `${server.name} begins to sweep`)
    return startPass(world, server, 'its sweep', SWEEPER, passOf(world, 'sweep'))
  }
  await sweepNow(world)
}

async function boot(world: World, server: Server): Promise<void> {
  tell(world, () => `${server.name} boots`)
  if (world.random.chance(0.7)) {
    const outcome = await askOf(world, server, passOf(world, 'boot'), SWEEPER)
    server.booted = outcome.kind === 'answered'
    return
  }
  await startPass(world, server, 'its boot', SWEEPER, passOf(world, 'boot'), true)
}

/** A whole pass at once, by a server that is there. */
export async function sweepNow(world: World, sweepMs = SWEEP_MS): Promise<void> {
  const outcome = await ask(world, passOf(world, 'sweep', sweepMs), SWEEPER)
  tell(world, () => `a sweep: ${outcome.kind === 'answered' ? JSON.stringify(counts(outcome.value)) : outcome.kind}`)
}

function counts({ workersDead, interrupted, quarantined, reassigned }: Awaited<ReturnType<typeof recover>>) {
  return { workersDead, interrupted, quarantined, reassigned }
}

/** Time passes as it does on most days: servers sweep, and whoever is silent dies of it. */
export async function quiet(world: World): Promise<void> {
  for (let passes = world.random.between(2, 4); passes > 0; passes -= 1) {
    move(world, world.random.between(3000, 10_000))
    await sweepNow(world)
    await world.look()
  }
}

export function freezeOrThaw(world: World): void {
  const worker = world.random.pick(world.workers)
  if (!worker) return
  worker.frozen = !worker.frozen
  tell(world, () => `${worker.name} ${worker.frozen ? 'freezes' : 'thaws'}`)
}

/** A process ends, or hangs where nobody sees it, and another one takes its place, which may know its predecessor. */
export async function replaceWorker(world: World): Promise<void> {
  const slot = world.random.between(0, world.workers.length - 1)
  const former = world.workers[slot]
  if (!former) return
  const [name = 'worker'] = former.name.split("'")
  const worker = createWorker(world, `${name}'${world.ids}`)
  world.workers[slot] = worker
  if (world.random.chance(0.5)) {
    world.gone.add(former.pid)
    tell(world, () => `${former.name} is killed`)
  } else {
    world.zombies.push(former)
    if (world.zombies.length > ZOMBIES_MAX) world.zombies.shift()
    tell(world, () => `${former.name} goes on as a zombie`)
  }
  const replaces = world.random.chance(0.4) ? (former.id ?? undefined) : undefined
  await send(world, worker, register(world, worker, replaces))
}

export function jump(world: World): void {
  const ms = world.random.weighted([
    { weight: 2, ms: HOUR_MS },
    { weight: 2, ms: -HOUR_MS },
    { weight: 3, ms: -world.random.between(1, 20_000) },
    { weight: 3, ms: world.random.between(20_000, 120_000) },
  ])
  move(world, ms?.ms ?? 0)
}

export function killOne(world: World): void {
  const server = world.random.pick(world.servers)
  if (!server) return
  tell(world, () => `${server.name} is killed`)
  killServer(server)
}

/** Nobody serves and nobody sweeps for a while. */
export async function outage(world: World): Promise<void> {
  tell(world, () => 'an outage of all servers')
  for (const server of world.servers) killServer(server)
  move(world, world.random.between(10_000, 300_000))
}
