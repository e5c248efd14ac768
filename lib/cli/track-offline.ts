/** A command that runs though the ledger cannot be reached, because its caller said so. */
import type { CreateTask } from '#lib/task/commands.ts'
import type { Client } from '#lib/worker/client.ts'
import { type Host, openHost } from '#lib/worker/host.ts'
import { recordOffline } from '#lib/worker/offline.ts'
import { OfflineAttempt } from '#lib/worker/offline-attempt.ts'
import { say } from './environment.ts'
import { EXIT, Exit } from './exit-codes.ts'
import { type LeaseWishes, registrationOf } from './track-open.ts'

export interface Offline {
  readonly attempt: OfflineAttempt
  readonly host: Host
  close(): Promise<void>
}

export async function startOffline(
  client: Client,
  task: CreateTask & { readonly id: string },
  options: LeaseWishes & { readonly session?: string },
): Promise<Offline> {
  const host = await openHost(client, undefined, say)
  if (!host) throw new Exit(EXIT.unavailable, 'without a local store nothing can be put on record offline.')
  try {
    const execution = recordOffline(host.store, task, options.session)
    const registration = registrationOf(options)
    const attempt = new OfflineAttempt(client, { store: host.store, execution, registration, onNotice: say })
    say(
      `task ${task.id} is on record on this host only, wrapper pid ${process.pid}; the ledger gets it when it answers`,
    )
    const close = async () => {
      await attempt.close()
      host.close()
    }
    return { attempt, host, close }
  } catch (error) {
    host.close()
    throw error
  }
}

/** The ledger did not answer, or not as it should: thrown before the command could begin. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Exit && error.code === EXIT.unavailable
}
