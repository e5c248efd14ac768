/** The settings of the server, read once from the environment. Anything else that reads process.env is a script or a test. */
import { z } from 'zod'
import { TaskError } from '#lib/task/errors.ts'

const wholeNumber = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.number({ error }).min(min, { error }).max(max, { error }))
}
const word = (error: string, pattern: RegExp) => z.string().regex(pattern, { error })

const EXPECTED_URL = 'file:<path> or postgresql://<user>:<password>@<host>/<database>'
const DAY_MS = 86_400_000

const Environment = z.object({
  DATABASE_URL: word(EXPECTED_URL, /^(file:.+|postgres(ql)?:\/\/.+)$/)
    .refine((url) => url.startsWith('file:') || URL.canParse(url), { error: EXPECTED_URL })
    .default('file:./data/rollcall.db'),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: word('a host name or an IP address', /^[A-Za-z0-9._:%-]+$/).default('127.0.0.1'),
  ROLLCALL_PUBLIC_URL: word('an http:// or https:// address', /^https?:\/\/[^\s/]+$/).optional(),
  ROLLCALL_ADMIN_TOKEN: word('4 to 200 visible characters without spaces', /^[\x21-\x7e]{4,200}$/).optional(),
  ROLLCALL_SWEEP_MS: wholeNumber(50, DAY_MS).default(1000),
  ROLLCALL_REQUEST_TIMEOUT_MS: wholeNumber(500, 600_000).default(30_000),
  ROLLCALL_REASSIGN_AFTER_MS: wholeNumber(0, DAY_MS).optional(),
  ROLLCALL_STRATEGY: word('the name of a strategy, such as fail-and-reassign', /^[a-z][a-z0-9-]{0,99}$/).optional(),
  ROLLCALL_SMTP_URL: word('smtp://user:password@host:port or smtps://…', /^smtps?:\/\/[^\s]+$/).optional(),
  ROLLCALL_MAIL_FROM: word('an e-mail address', /^[^\s@]+@[^\s@]+$/).optional(),
  ROLLCALL_LOG_FORMAT: z.enum(['text', 'json'], { error: 'text or json' }).default('text'),
  ROLLCALL_LOG_LEVEL: z.enum(['error', 'warn', 'info'], { error: 'error, warn or info' }).default('warn'),
  OTEL_EXPORTER_OTLP_ENDPOINT: word('an http:// or https:// address', /^https?:\/\/\S+$/).optional(),
  ROLLCALL_CONFIG: word('the path of a JSON file', /^\P{Cc}+$/u).optional(),
})

export interface Env {
  readonly databaseUrl: string
  readonly port: number
  readonly host: string
  readonly adminToken: string | undefined
  /** Where people reach the server, when a proxy stands before it. */
  readonly publicUrl: string | undefined
  readonly sweepMs: number
  /** Where spans are sent; nowhere when it is not set. */
  readonly tracesTo: string | undefined
  /** The server that alerts are mailed through, and who they are from. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string | undefined
  /** How long a sender may take for a request; `server.js` keeps to it. */
  readonly requestTimeoutMs: number
  /** These two override the configuration file. */
  readonly reassignAfterMs: number | undefined
  readonly strategy: string | undefined
  readonly configPath: string | undefined
}

/** An empty variable counts as absent, as shells and container files make no difference between the two. */
export function readEnv(env: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) throw refusal(parsed.error, given)
  const values = parsed.data
  return {
    databaseUrl: values.DATABASE_URL,
    port: values.PORT,
    host: values.HOST,
    adminToken: values.ROLLCALL_ADMIN_TOKEN,
    publicUrl: values.ROLLCALL_PUBLIC_URL,
    sweepMs: values.ROLLCALL_SWEEP_MS,
    tracesTo: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    smtpUrl: values.ROLLCALL_SMTP_URL,
    mailFrom: values.ROLLCALL_MAIL_FROM,
    requestTimeoutMs: values.ROLLCALL_REQUEST_TIMEOUT_MS,
    reassignAfterMs: values.ROLLCALL_REASSIGN_AFTER_MS,
    strategy: values.ROLLCALL_STRATEGY,
    configPath: values.ROLLCALL_CONFIG,
  }
}

export interface Variable {
  readonly name: string
  /** Masked where it is a secret; null where nothing is set and there is no default. */
  readonly value: string | number | null
  readonly origin: 'environment' | 'default'
}

/** All that the server reads, as it takes them; whatever else begins with ROLLCALL_ is no variable of the server's. */
export function listVariables(env: Record<string, string | undefined> = process.env): Variable[] {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) throw refusal(parsed.error, given)
  const values: Record<string, string | number | undefined> = parsed.data
  return Object.keys(Environment.shape).map((name) => {
    const value = values[name] ?? null
    const shown = SECRETS.has(name) && value !== null ? '***' : withoutPassword(value)
    return { name, value: shown, origin: given[name] === undefined ? 'default' : 'environment' }
  })
}

function withoutPassword<T>(value: T): T | string {
  return typeof value === 'string' ? value.replace(/\/\/[^@/]*@/, '//***@') : value
}

/** A variable whose name stands in the configuration; empty counts as absent here too. */
export function readVariable(name: string, env: Record<string, string | undefined> = process.env): string | undefined {
  return env[name] === '' ? undefined : env[name]
}

const SECRETS = new Set(['ROLLCALL_ADMIN_TOKEN', 'ROLLCALL_SMTP_URL'])

function refusal(error: z.ZodError, given: Record<string, string | undefined>): TaskError {
  const [issue] = error.issues
  const variable = String(issue?.path[0] ?? 'the environment')
  const expected = issue?.message ?? 'another value'
  const met = SECRETS.has(variable) ? `${given[variable]?.length ?? 0} characters` : masked(given[variable] ?? '')
  return new TaskError('validation', `${variable} is ${met}; expected ${expected}.`, { variable, expected })
}

/** A wrong DATABASE_URL may still hold a password. */
function masked(value: string): string {
  return JSON.stringify(String(withoutPassword(value)).slice(0, 200))
}
