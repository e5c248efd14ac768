/**
 * What the server has to say beside its hints, to stderr: a sentence for people, or with ROLLCALL_LOG_FORMAT=json an
 * object a line for programs. Both tell the same; secrets are masked in both.
 */
import pino from 'pino'
import { readVariable } from './env.ts'
import { maskError } from './task/redact.ts'

/** `err` is told by its message and stack; the rest are fields of the line. */
export interface LogFields {
  readonly err?: unknown
  readonly requestId?: string | undefined
  readonly [name: string]: unknown
}

const isJson = readVariable('ROLLCALL_LOG_FORMAT') === 'json'

const stderr = {
  write(line: string) {
    process.stderr.write(isJson ? line : sentenceOf(line))
  },
}

const logger = pino(
  {
    level: readVariable('ROLLCALL_LOG_LEVEL') ?? 'warn',
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    serializers: { err: toErrorFields },
  },
  stderr,
)

export const log = {
  error: (message: string, fields: LogFields = {}) => logger.error(fields, message),
  warn: (message: string, fields: LogFields = {}) => logger.warn(fields, message),
  info: (message: string, fields: LogFields = {}) => logger.info(fields, message),
}

/** Whether lines of this level are written at all: building one that is not would be in vain. */
export function logsInfo(): boolean {
  return logger.isLevelEnabled('info')
}

function toErrorFields(error: unknown) {
  if (!(error instanceof Error)) return { message: maskError(String(error)) }
  const { name, message, stack = '' } = error
  return { name, message: maskError(message), stack: maskError(stack) }
}

function sentenceOf(line: string): string {
  const { msg, err }: { msg: string; err?: { stack?: string; message: string } } = JSON.parse(line)
  return err === undefined ? `rollcall: ${msg}\n` : `rollcall: ${msg}: ${err.stack || err.message}\n`
}
