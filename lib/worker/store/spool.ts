/**
 * The stores of this host: one for each process, under `<state path>/store`.
 *
 * Invariant: whoever uses a store holds its lock, which the system takes back when that process is gone, however it
 * went. So what can be locked is a leftover, and no two processes ever deliver the same one.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readIdentity } from '#lib/process.ts'
import { TaskError } from '#lib/task/errors.ts'
import { mintId } from '../mint-id.ts'
import type { StoreConfig } from './config.ts'
import { LocalStore } from './local-store.ts'
import { type Lock, lock } from './lock.ts'

export interface Spool {
  readonly store: LocalStore
  readonly folder: string
  /** The ledger for which all of it is. */
  readonly ledgerUrl: string
  /** Gives it up. One in which nothing waits is removed. */
  close(): void
}

/** What dead processes left may take so many times the cap of one; beyond that no new work is taken. */
const LEFTOVERS_MAX = 16
const REMOVED = '.removed'
const UNNAMED = '.new'
const UNNAMED_MS_MAX = 60_000

/** The store of this process. */
export async function openSpool(config: StoreConfig, ledgerUrl: string): Promise<Spool> {
  const parent = folderOf(config)
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  requireRoom(config, parent)
  const folder = join(parent, mintId())
  const held = await makeLocked(folder)
  const store = await LocalStore.open({ ...config, folder })
  recordOwner(store, ledgerUrl)
  return spoolOf(store, folder, ledgerUrl, held)
}

/** It gets its name once it is locked: no moment in which it looks like a leftover. */
async function makeLocked(folder: string): Promise<Lock> {
  mkdirSync(folder + UNNAMED, { mode: 0o700 })
  const held = await lock(folder + UNNAMED)
  if (!held) throw new TaskError('unavailable', `${folder} was just made, and is locked by somebody else`)
  renameSync(folder + UNNAMED, folder)
  return held
}

/** Stores of dead processes, oldest first, one at a time; each is this process's own until it is closed. */
export async function* leftovers(config: StoreConfig, ledgerUrl: string): AsyncGenerator<Spool> {
  const parent = folderOf(config)
  if (!existsSync(parent)) return
  // The names sort by time.
  for (const name of readdirSync(parent).sort()) {
    const folder = join(parent, name)
    if (name.endsWith(REMOVED) || isForsaken(folder)) rmSync(folder, { recursive: true, force: true })
    else if (!name.endsWith(UNNAMED)) {
      const spool = await adopt(config, folder, ledgerUrl)
      if (spool) yield spool
    }
  }
}

function isForsaken(folder: string): boolean {
  if (!folder.endsWith(UNNAMED)) return false
  const madeAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
  return Date.now() - madeAt > UNNAMED_MS_MAX
}

async function adopt(config: StoreConfig, folder: string, ledgerUrl: string): Promise<Spool | undefined> {
  const held = await lock(folder)
  if (!held) return undefined
  if (!existsSync(folder)) {
    // Removed by its owner in the meantime.
    held.release()
    return undefined
  }
  // It died before it took anything on.
  if (!existsSync(join(folder, 'results.db'))) {
    remove(folder, held)
    return undefined
  }
  const store = await LocalStore.open({ ...config, folder })
  const owner = store.local.db.get('SELECT ledger_url FROM main.local_store')
  const spool = spoolOf(store, folder, String(owner?.ledger_url ?? ledgerUrl), held)
  if (spool.ledgerUrl === ledgerUrl) return spool
  spool.close()
  return undefined
}

function spoolOf(store: LocalStore, folder: string, ledgerUrl: string, held: Lock): Spool {
  return {
    store,
    folder,
    ledgerUrl,
    close() {
      const { received, running, spool } = store.snapshot()
      store.close()
      if (received.length + running.length + spool.pendingMessages === 0) remove(folder, held)
      else held.release()
    },
  }
}

/** Under another name first, so that nobody takes a half-removed one for a leftover. */
function remove(folder: string, held: Lock): void {
  renameSync(folder, folder + REMOVED)
  held.release()
  rmSync(folder + REMOVED, { recursive: true, force: true })
}

function requireRoom({ capBytes }: StoreConfig, parent: string): void {
  const bytes = readdirSync(parent)
    .flatMap((name) => FILES.map((file) => join(parent, name, file)))
    .reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
  if (bytes <= capBytes * LEFTOVERS_MAX) return
  const detail = `${parent} holds ${bytes} bytes that could not be delivered; expected at most ${capBytes * LEFTOVERS_MAX}`
  throw new TaskError('reserve_unavailable', `${detail}: let the ledger take them, or remove them`, { bytes })
}

const FILES = ['results.db', 'output.db']

/** For people, and for whoever looks for what the process left behind besides. */
function recordOwner(store: LocalStore, ledgerUrl: string): void {
  const { host, pid, bootId, processStartedAt } = readIdentity()
  const { db, now } = store.local
  const insert = `INSERT INTO main.local_store (id, version, ledger_url, host, pid, boot_id, process_started_at, opened_at)
    VALUES (1, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
  db.writeUnsynced(() => {
    db.run(insert, ledgerUrl, host, pid, bootId ?? null, processStartedAt ?? null, now())
  })
}

function folderOf({ statePath }: StoreConfig): string {
  return join(statePath, 'store')
}
