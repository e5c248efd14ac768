/** What a tracked command needs before it can be put on record: a lease, and a store on this host. */
import { isTaskError } from '#lib/task/errors.ts'
import type { Client } from '#lib/worker/client.ts'
import { type Host, openHost } from '#lib/worker/host.ts'
import { Lease } from '#lib/worker/lease.ts'
import type { Registration } from '#lib/worker/registration.ts'
import { say, VERSION } from './environment.ts'
import { EXIT, Exit, exitOf } from './exit-codes.ts'
import type { Signals } from './signals.ts'

export interface LeaseWishes {
  readonly leaseMs?: number
  readonly startTimeoutMs: number
}

export interface Opened {
  readonly lease: Lease
  readonly host: Host | undefined
}

/** Side by side: the store is opened while the ledger answers, and takes this thread once it was asked. */
export async function open(client: Client, options: LeaseWishes, signals: Signals): Promise<Opened> {
  const [lease, host] = await Promise.allSettled([
    openLease(client, options, signals),
    isAsked().then(() => openHost(client, undefined, say)),
  ])
  if (lease.status === 'fulfilled' && host.status === 'fulfilled') return { lease: lease.value, host: host.value }
  if (lease.status === 'fulfilled') await lease.value.close('the local store cannot be opened')
  if (host.status === 'fulfilled') host.value?.close()
  throw lease.status === 'rejected' ? lease.reason : notOnRecord((host as PromiseRejectedResult).reason, signals)
}

/** A turn of the event loop connects, another one writes. */
async function isAsked(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate)
}

const LEFTOVERS_MS = 2000

/** Beside the command, which shall not wait for what former ones left; what takes too long waits for the next one. */
export function deliverLeftovers(host: Host | undefined, { workerId }: Lease) {
  const leaving = new AbortController()
  const { signal } = leaving
  const delivered =
    host?.deliverLeftovers({ workerId, signal, forMs: LEFTOVERS_MS, onNotice: say }) ?? Promise.resolve()
  const settled = delivered.catch((error) => say(`what former commands left waits: ${exitOf(error).message}`))
  const settle = async () => {
    const timer = setTimeout(() => leaving.abort(new Error('the command has ended')), LEFTOVERS_MS)
    await settled
    clearTimeout(timer)
  }
  return { settle }
}

export function registrationOf({ leaseMs }: LeaseWishes): Registration {
  return { version: VERSION, labels: { mode: 'run' }, slots: 1, ...(leaseMs === undefined ? {} : { leaseMs }) }
}

async function openLease(client: Client, options: LeaseWishes, signals: Signals): Promise<Lease> {
  try {
    return await Lease.open(client, {
      registration: registrationOf(options),
      registerForMs: options.startTimeoutMs,
      lazily: true,
      signal: signals.interrupted,
      onNotice: say,
    })
  } catch (error) {
    throw notOnRecord(error, signals)
  }
}

export function notOnRecord(error: unknown, signals: Signals): Exit {
  if (signals.interrupted.aborted)
    return new Exit(signals.code(), 'interrupted before the start was on record; the command was not run.')
  const { code, message } = exitOf(error)
  const isOver = isTaskError(error) && (error.code === 'lease_expired' || error.code === 'not_found')
  const away = code === EXIT.unavailable ? ' “rollcall doctor” says what is amiss here.' : ''
  return new Exit(
    isOver ? EXIT.unavailable : code,
    `the start could not be put on record: ${message}\nrollcall: the command was not run.${away}`,
  )
}
