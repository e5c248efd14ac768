/** The settings of this installation: the defaults, the file that ROLLCALL_CONFIG names, and what the environment sets. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Env, readVariable } from '#lib/env.ts'
import { TaskError } from '#lib/task/errors.ts'
import { Settings } from '#lib/task/settings.ts'
import type { RecoveryStrategy } from '#lib/task/strategy.ts'

export interface Config {
  readonly settings: Settings
  /** The strategies of the user's own, from the modules that the file names. */
  readonly strategies: readonly RecoveryStrategy[]
  /** By kind, what calls to the handlers of compensations are signed with. */
  readonly secrets: ReadonlyMap<string, string>
  /** Of this ledger as a client of the provider of identities. */
  readonly clientSecret: string | undefined
}

/** Throws a TaskError that names the file and the key. Paths in the file are relative to its folder. */
export async function readConfig(env: Pick<Env, 'configPath' | 'strategy' | 'reassignAfterMs'>): Promise<Config> {
  const { configPath, strategy, reassignAfterMs } = env
  const file = configPath === undefined ? {} : parseFile(configPath)
  const settings = {
    ...file,
    ...(strategy === undefined ? {} : { strategy }),
    ...(reassignAfterMs === undefined ? {} : { firstDelayMs: reassignAfterMs }),
  }
  const parsed = Settings.safeParse(settings)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const key = issue?.path.join('.') || 'the file'
    throw unusable(configPath ?? 'the environment', `${key}: ${issue?.message ?? 'another value is expected'}`)
  }
  const folder = dirname(resolve(configPath ?? '.'))
  const strategies: RecoveryStrategy[] = []
  for (const path of parsed.data.strategyModules) strategies.push(await loadStrategy(resolve(folder, path)))
  return {
    settings: parsed.data,
    strategies,
    secrets: readSecrets(parsed.data, configPath),
    clientSecret: readClientSecret(parsed.data, configPath),
  }
}

/** A secret stands in the environment and never in the file. One that is not there stops the start. */
function readSecrets({ compensation }: Settings, configPath: string | undefined): Map<string, string> {
  const named = Object.entries(compensation.handlers).flatMap(([kind, { secret }]) =>
    secret ? [{ kind, secret }] : [],
  )
  return new Map(
    named.map(({ kind, secret }) => {
      const value = readVariable(secret)
      if (value !== undefined) return [kind, value]
      const key = `compensation.handlers.${kind}.secret`
      throw unusable(configPath ?? 'the environment', `${key}: the environment has no variable ${secret}`)
    }),
  )
}

function readClientSecret({ access: { provider } }: Settings, configPath: string | undefined): string | undefined {
  const variable = provider?.clientSecret
  if (variable === undefined) return undefined
  const value = readVariable(variable)
  if (value !== undefined) return value
  const met = `access.provider.clientSecret: the environment has no variable ${variable}`
  throw unusable(configPath ?? 'the environment', met)
}

function parseFile(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error))
  }
  throw unusable(path, 'a JSON object is expected')
}

async function loadStrategy(path: string): Promise<RecoveryStrategy> {
  // A file of the user's, known only at run time: the bundler must leave it alone.
  const module = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ pathToFileURL(path).href).catch(
    (error: unknown) => {
      throw unusable(path, error instanceof Error ? error.message : String(error))
    },
  )) as { default?: Partial<RecoveryStrategy> }
  const { name, decide } = module.default ?? {}
  if (typeof name !== 'string' || typeof decide !== 'function') {
    throw unusable(path, 'its default export must be a strategy: { name, decide(task, attempt, facts, now) }')
  }
  return module.default as RecoveryStrategy
}

function unusable(path: string, met: string): TaskError {
  return new TaskError('validation', `The configuration in ${path} cannot be used: ${met}.`, { path })
}
