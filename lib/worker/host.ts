/** What a worker process has on its host: a store of its own, and those that dead processes left. */
import { isTaskError, TaskError } from '#lib/task/errors.ts'
import type { Client } from './client.ts'
import { type DeliverOptions, deliverLeftovers } from './deliver.ts'
import { readStoreConfig, type StoreConfig } from './store/config.ts'
import type { LocalStore } from './store/local-store.ts'
import { openSpool } from './store/spool.ts'

export interface Host {
  readonly store: LocalStore
  readonly folder: string
  deliverLeftovers(options: Omit<DeliverOptions, 'config'>): Promise<void>
  close(): void
}

/** Undefined when it shall do without, or when the usual place cannot be written. A place that was named must do. */
export async function openHost(
  client: Client,
  given: StoreConfig | null | undefined,
  onNotice: (sentence: string) => void = () => undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Host | undefined> {
  if (given === null) return undefined
  const config = given ?? readStoreConfig({}, env, onNotice)
  try {
    const { store, folder, close } = await openSpool(config, client.url)
    const deliver: Host['deliverLeftovers'] = (options) => deliverLeftovers(client, { ...options, config })
    return { store, folder, close, deliverLeftovers: deliver }
  } catch (error) {
    if (isTaskError(error)) throw error
    const detail = `${config.statePath} cannot hold the local store: ${error instanceof Error ? error.message : error}`
    if (given || env.ROLLCALL_STATE_PATH)
      throw new TaskError('unavailable', `${detail}; set ROLLCALL_STATE_PATH to a folder that can be written`)
    onNotice(`${detail}; what the ledger has not taken is in memory only`)
    return undefined
  }
}
