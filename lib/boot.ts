/** From a process to a server: migrate, recover, sweep, and only then answer. */
import packageJson from '../package.json' with { type: 'json' }
import { createAdmission } from './api/admission.ts'
import { createHandler } from './api/handler.ts'
import { createMetrics } from './api/metrics.ts'
import { createRespond } from './api/respond.ts'
import { contextFor, publishRuntime, type Runtime } from './api/runtime.ts'
import { ensureAdmin } from './api/tokens.ts'
import { startTracing } from './api/trace.ts'
import { readConfig } from './config.ts'
import { API_HANDLER } from './contract.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import { asUnusable } from './db/unusable.ts'
import { type Env, readEnv } from './env.ts'
import {
  COMPENSATOR,
  createSendMail,
  type Host,
  recover,
  SWEEPER,
  SYSTEM,
  startAlerter,
  startCompensator,
  startOperationRunner,
  startSweeper,
  startTail,
} from './ledger/index.ts'
import { log } from './log.ts'
import { isGone, readIdentity } from './process.ts'
import { isTaskError } from './task/errors.ts'
import { createPolicy } from './task/recovery.ts'

/** Throws a TaskError whose message is one sentence for whoever starts the server. */
export async function boot(env: Env = readEnv()): Promise<Runtime> {
  try {
    return await begin(env)
  } catch (error) {
    throw asUnusable(env.databaseUrl, error)
  }
}

async function begin(env: Env): Promise<Runtime> {
  const { settings, strategies, secrets } = await readConfig(env)
  const policy = createPolicy(settings, strategies)
  for (const name of await migrate(env.databaseUrl)) console.log(`rollcall: applied migration ${name}`)
  const metrics = createMetrics()
  const db = await openDatabase(env.databaseUrl, undefined, metrics.onRound)
  const host = thisHost()
  const options = { sweepMs: env.sweepMs, host, onHint: (text: string) => console.log(text) }
  const context = contextFor(SWEEPER, { db, policy })
  // The first batch before the first request; what is left of a large backlog goes on beside the serving.
  await recover(contextFor({ ...SYSTEM, name: 'boot' }, { db, policy }), {
    ...options,
    trigger: 'boot',
    firstBatchOnly: true,
  })
  const secret = await ensureAdmin(db, env.adminToken)
  const sweeper = startSweeper(context, options, (error) => tell('a sweep failed', error))
  startOperationRunner(context, { everyMs: env.sweepMs }, (error) => tell('a bulk act failed', error))
  const compensator = startCompensator(contextFor(COMPENSATOR, { db, policy }), {
    pollMs: env.sweepMs,
    secrets,
    onError: (error) => tell('undoing failed', error),
  })
  const alerter = startAlerter(context, {
    pollMs: env.sweepMs,
    sweepMs: env.sweepMs,
    baseUrl: env.publicUrl ?? `http://${env.host}:${env.port}`,
    sendMail: createSendMail(mailOf(env)),
    onError: (error) => tell('alerting failed', error),
  })
  const tracing = await startTracing(env.tracesTo, packageJson.version)
  const admission = createAdmission(settings, env.publicUrl !== undefined)
  const runtime: Runtime = {
    env,
    db,
    policy,
    host,
    sweeper,
    compensator,
    tail: startTail({ db }),
    metrics,
    admission,
    alerter,
    tracing,
  }
  publishRuntime(runtime)
  Object.assign(globalThis, { [API_HANDLER]: createHandler(createRespond(runtime), runtime) })
  if (secret !== null) printFirstToken(env, secret)
  return runtime
}

/** Where the system does not tell all of these, no death here can be proven, and leases alone decide. */
function thisHost(): Host | undefined {
  const { bootId, pidNamespace } = readIdentity()
  return bootId === undefined || pidNamespace === undefined ? undefined : { bootId, pidNamespace, isGone }
}

/** What is known is told in its sentence; anything else with its stack. */
function tell(what: string, error: unknown): void {
  if (isTaskError(error)) log.error(`${what}: ${error.message}`, { code: error.code })
  else log.error(what, { err: error })
}

function mailOf({ smtpUrl, mailFrom }: Env) {
  return smtpUrl === undefined || mailFrom === undefined ? undefined : { url: smtpUrl, from: mailFrom }
}

function printFirstToken({ host, port }: Env, secret: string): void {
  console.log(`
rollcall: first start. This is the admin token; it is shown this once:

    ${secret}

  Sign in with it at http://${host}:${port}/sign-in, and let the command use it:

    export ROLLCALL_TOKEN=${secret}
`)
}
