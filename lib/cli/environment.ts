/** What the command takes from its environment. */
import { type Client, createClient } from '#lib/worker/client.ts'
import { lineEnd } from '#lib/worker/terminal.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { EXIT, Exit } from './exit-codes.ts'

export const VERSION = packageJson.version
const DEFAULT_URL = 'http://127.0.0.1:3000'

export function clientOf(env: Record<string, string | undefined> = process.env): Client {
  const url = urlOf(env)
  const token = env.ROLLCALL_TOKEN
  if (!token) {
    throw new Exit(
      EXIT.permission,
      `ROLLCALL_TOKEN is not set: export one made under Settings → Tokens at ${url}, or with “rollcall token create”.`,
    )
  }
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Exit(EXIT.permission, 'ROLLCALL_TOKEN holds characters that no token has.')
  return createClient({ url, token, name: 'cli' })
}

/** Where the ledger is, without a slash at its end. */
export function urlOf(env: Record<string, string | undefined> = process.env): string {
  const url = env.ROLLCALL_URL || DEFAULT_URL
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '')
  throw new Exit(EXIT.usage, `ROLLCALL_URL is not an http address: ${url}`)
}

/** A line of its own on stderr, apart from whatever a command prints. */
export function say(sentence: string): void {
  process.stderr.write(`rollcall: ${sentence}${lineEnd()}`)
}
