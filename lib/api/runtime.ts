/**
 * What boot leaves for the rest of the process. It hangs on globalThis because the server's bundles (the boot hook, the
 * pages, the routes) each have modules of their own, and all must meet at one database.
 */
import type { Database } from '#lib/db/types.ts'
import type { Env } from '#lib/env.ts'
import type { Alerter, Compensator, Context, Host, Sweeper, Tail } from '#lib/ledger/index.ts'
import { TaskError } from '#lib/task/errors.ts'
import type { RecoveryPolicy } from '#lib/task/recovery.ts'
import type { Admission } from './admission.ts'
import type { IdentityProvider } from './auth/provider.ts'
import type { Metrics } from './metrics.ts'
import type { Tracing } from './trace.ts'

export interface Runtime {
  readonly env: Env
  readonly db: Database
  readonly policy: RecoveryPolicy
  readonly tail: Tail
  readonly sweeper: Sweeper
  readonly compensator: Compensator
  readonly host: Host | undefined
  readonly metrics: Metrics
  /** By whom people may sign in beside passwords. */
  readonly provider: IdentityProvider | null
  readonly admission: Admission
  readonly alerter: Alerter
  readonly tracing: Tracing
}

const RUNTIME = Symbol.for('rollcall.runtime')
type Global = typeof globalThis & { [RUNTIME]?: Runtime }

export function publishRuntime(runtime: Runtime): void {
  const shared: Global = globalThis
  shared[RUNTIME] = runtime
}

export function runtime(): Runtime {
  const { [RUNTIME]: booted }: Global = globalThis
  if (!booted) throw new TaskError('unavailable', 'the server is still booting')
  return booted
}

export function contextFor(
  actor: Context['actor'],
  { db, policy }: Pick<Runtime, 'db' | 'policy'> = runtime(),
): Context {
  return { db, policy, actor }
}
