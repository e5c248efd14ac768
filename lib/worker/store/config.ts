/** Where local stores are and how large they may grow. */
import { TaskError } from '#lib/task/errors.ts'
import { type Environment, statePathOf } from '../state-path.ts'

export interface StoreLimits {
  /** For all that waits to be delivered, with the room that is booked for final results. */
  readonly capBytes: number
  /** Booked for each attempt until its final result is in. */
  readonly reserveBytes: number
}

export interface StoreConfig extends StoreLimits {
  /** The folder for all that this host has to remember. */
  readonly statePath: string
}

const MIB = 1024 * 1024
const DEFAULT_LIMITS: StoreLimits = { capBytes: 64 * MIB, reserveBytes: MIB }

/** What is given here wins over the environment. A wrong variable falls back to the default, with a warning. */
export function readStoreConfig(
  given: Partial<StoreConfig> = {},
  env: Environment = process.env,
  warn: (sentence: string) => void = () => undefined,
): StoreConfig {
  const read = (name: string, fallback: number) => bytesOf(name, env[name], fallback, warn)
  const limits = {
    capBytes: read('ROLLCALL_LOCAL_STORE_SPOOL_CAP_BYTES', DEFAULT_LIMITS.capBytes),
    reserveBytes: read('ROLLCALL_LOCAL_STORE_TERMINAL_RESERVE_BYTES', DEFAULT_LIMITS.reserveBytes),
  }
  const fits = limits.reserveBytes <= limits.capBytes
  if (!fits) warn('the terminal reserve is larger than the spool cap; the defaults of both are taken')
  const config = { statePath: statePathOf(env), ...(fits ? limits : DEFAULT_LIMITS), ...given }
  checkStoreConfig(config)
  return config
}

export function checkStoreConfig({ statePath, capBytes, reserveBytes }: StoreConfig): void {
  if (statePath === '') throw new TaskError('validation', 'the path of the local store is empty; expected a folder')
  for (const [name, value] of Object.entries({ capBytes, reserveBytes })) {
    if (!Number.isSafeInteger(value) || value <= 0)
      throw new TaskError('validation', `${name} of the local store is ${value}; expected a whole number above 0`)
  }
  if (reserveBytes > capBytes)
    throw new TaskError(
      'validation',
      `reserveBytes of the local store is ${reserveBytes}; expected at most capBytes, ${capBytes}`,
    )
}

function bytesOf(name: string, text: string | undefined, fallback: number, warn: (sentence: string) => void): number {
  if (text === undefined || text === '') return fallback
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value > 0) return value
  warn(`${name} is ${JSON.stringify(text.slice(0, 40))}, not a whole number above 0; ${fallback} is taken`)
  return fallback
}
