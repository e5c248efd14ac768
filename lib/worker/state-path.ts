/** Where workers of this user keep what must outlive them. */
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** ROLLCALL_STATE_PATH, or the place that the system has for state. */
export function statePathOf(env: Environment = process.env): string {
  if (env.ROLLCALL_STATE_PATH) return env.ROLLCALL_STATE_PATH
  // The specification tells to ignore a relative path.
  const base =
    env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME) ? env.XDG_STATE_HOME : join(homedir(), '.local/state')
  return join(base, 'rollcall')
}

/** A folder in it, made where it is missing; nobody else may look into it. */
export function stateFolder(name: string, statePath = statePathOf()): string {
  const folder = join(statePath, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
