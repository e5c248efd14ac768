/** Boots the ledger. A process that cannot boot ends here: it must not go on answering 500 to everybody. */
import { isTaskError } from '#lib/task/errors.ts'

export async function start(): Promise<void> {
  try {
    const { boot } = await import('#lib/boot.ts')
    await boot()
  } catch (error) {
    console.error(`rollcall: ${sentence(error)}`)
    process.exit(1)
  }
  // server.js holds requests back until it is told; Next alone does that by itself.
  const booted: unknown = Reflect.get(globalThis, Symbol.for('rollcall.booted'))
  if (typeof booted === 'function') booted()
}

/** What is no TaskError is a bug, and needs its stack. */
function sentence(error: unknown): string {
  if (isTaskError(error)) return error.message.replaceAll(/\s+/g, ' ')
  return `cannot start because of a bug: ${error instanceof Error ? error.stack : String(error)}`
}
