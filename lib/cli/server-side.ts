/**
 * What only a host of the server can do. It lies in a bundle of its own beside the command, which the package for workers
 * does not have: so a worker's host needs neither the database nor what the server is made of.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, Exit } from './exit-codes.ts'

export interface Finding {
  readonly name: string
  readonly value: unknown
  readonly origin: string
}

export interface ConfigCheck {
  /** Why the server would not start; null when it would. */
  readonly trouble: string | null
  readonly warnings: readonly string[]
  readonly settings: readonly Finding[]
}

export interface Contents {
  readonly counts: Readonly<Record<string, number>>
  readonly migration: string
  readonly pending: readonly string[]
}
export interface BackedUp extends Contents {
  readonly file: string
  readonly bytes: number
  readonly asOf: string
  readonly heldMs: number
}
export interface PutBack extends Contents {
  readonly database: string
  readonly replaced: string | null
}

export interface ServerSide {
  checkConfig(): Promise<ConfigCheck>
  backUp(file: string): Promise<BackedUp>
  restore(file: string): Promise<PutBack>
}

export async function serverSide(): Promise<ServerSide> {
  const bundle = join(import.meta.dirname, 'rollcall-server.cjs')
  if (!existsSync(bundle))
    throw new Exit(EXIT.usage, 'this is the command of a worker: run it where the server is, in its folder.')
  const { createServerSide } = await import(bundle)
  return createServerSide()
}
