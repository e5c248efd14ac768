/** From a process to a server: migrate, recover, sweep, and only then answer. */
import packageJson from '../package.json' with { type: 'json' }
import { createAdmission } from './api/admission.ts'
import { offerSetup } from './api/auth/members.ts'
import { createProvider } from './api/auth/provider.ts'
import { hashSecret } from './api/auth/secrets.ts'
import { createHandler } from './api/handler.ts'
import { createMetrics } from './api/metrics.ts'
import { createRespond } from './api/respond.ts'
import { contextFor, publishRuntime, type Runtime } from './api/runtime.ts'
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
  keepEnvironmentToken,
  recover,
  SWEEPER,
  SYSTEM,
  startAlerter,
  startCompensator,
  startFollowing,
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
  const { settings, strategies, secrets, clientSecret } = await readConfig(env)
  const policy = createPolicy(settings, strategies)
  for (const name of await migrate(env.databaseUrl)) console.log(`rollcall: applied migration ${name}`)
  const metrics = createMetrics()
  const db = await openDatabase(env.databaseUrl, undefined, metrics.onRound)
  const host = thisHost()
  const options = { sweepMs: env.sweepMs, host, onHint: (text: string) => console.log(text) }
  const context = contextFor(SWEEPER, { db, policy })
  await startFollowing(context)
  // The first batch before the first request; what is left of a large backlog goes on beside the serving.
  await recover(contextFor({ ...SYSTEM, name: 'boot' }, { db, policy }), {
    ...options,
    trigger: 'boot',
    firstBatchOnly: true,
  })
  if (env.adminToken !== undefined) await keepEnvironmentToken({ db }, hashSecret(env.adminToken))
  const setup = await offerSetup(contextFor({ ...SYSTEM, name: 'boot' }, { db, policy }))
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
    baseUrl: addressOf(env),
    sendMail: createSendMail(mailOf(env)),
    onError: (error) => tell('alerting failed', error),
  })
  const tracing = await startTracing(env.tracesTo, packageJson.version)
  const identities = settings.access.provider
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
    provider: identities && createProvider(identities, clientSecret, addressOf(env)),
  }
  publishRuntime(runtime)
  Object.assign(globalThis, { [API_HANDLER]: createHandler(createRespond(runtime), runtime) })
  if (setup) printSetup(env, setup.path)
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

/** Where people reach this server. */
function addressOf({ host, port, publicUrl }: Env): string {
  return publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function printSetup(env: Env, path: string): void {
  console.log(`
rollcall: nobody can sign in yet. Open this link to become the first admin; it works once, and for a day:

    ${addressOf(env)}${path}

  A token for the command is made there as well. Without a browser, start with ROLLCALL_ADMIN_TOKEN set to a token of yours.
`)
}
