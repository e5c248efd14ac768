/** What a start would take from the environment and the configuration file, and where each value is from. */
import { readFileSync } from 'node:fs'
import type { ConfigCheck, Finding } from '#lib/cli/server-side.ts'
import { readConfig } from '#lib/config.ts'
import { type Env, listVariables, readEnv } from '#lib/env.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import type { Settings } from '#lib/task/settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Those of the command and of workers, which may stand in the same environment. */
const NOT_THE_SERVERS = /^ROLLCALL_(URL|TOKEN|STATE_PATH|TASK_ID|ATTEMPT|TITLE|LOCAL_STORE_\w+|CRASH_AT)$/

export async function checkConfig(environment: Environment = process.env): Promise<ConfigCheck> {
  try {
    const env = readEnv(environment)
    const { settings, strategies } = await readConfig(env)
    createPolicy(settings, strategies)
    const variables = listVariables(environment)
    return {
      trouble: null,
      warnings: [...unknown(environment, variables), ...risky(env)],
      settings: [...variables, ...listSettings(settings, env)],
    }
  } catch (error) {
    if (!isTaskError(error)) throw error
    return { trouble: error.message, warnings: [], settings: [] }
  }
}

function listSettings(settings: Settings, env: Env): Finding[] {
  const { configPath } = env
  // Read and found valid before.
  const file = configPath === undefined ? {} : (JSON.parse(readFileSync(configPath, 'utf8')) as object)
  const origin = (name: string) => {
    if (name === 'strategy' && env.strategy !== undefined) return 'environment'
    if (name === 'firstDelayMs' && env.reassignAfterMs !== undefined) return 'environment'
    return name in file ? String(configPath) : 'default'
  }
  return Object.entries(settings).map(([name, value]) => ({ name, value, origin: origin(name) }))
}

function unknown(environment: Environment, variables: readonly Finding[]): string[] {
  const known = new Set(variables.map(({ name }) => name))
  return Object.keys(environment)
    .filter((name) => name.startsWith('ROLLCALL_') && !known.has(name) && !NOT_THE_SERVERS.test(name))
    .map((name) => `${name} is no variable of the server: is it spelled right?`)
}

function risky({ host, publicUrl, databaseUrl }: Env): string[] {
  const isLocal = /^(127\.|localhost$|::1$)/.test(host)
  const warnings = []
  if (!isLocal && !publicUrl?.startsWith('https://'))
    warnings.push(`it listens on ${host} for others, without TLS before it that ROLLCALL_PUBLIC_URL would name`)
  if (/^file:(\/\/)?\/(tmp|var\/tmp|dev\/shm)\//.test(databaseUrl))
    warnings.push('DATABASE_URL is in a folder that the system may empty')
  return warnings
}
