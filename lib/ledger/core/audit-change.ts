/** What an entry tells of an act: what it was about, and what it changed. */
import type { Change } from '#lib/db/types.ts'
import { maskSecrets } from '#lib/task/redact.ts'

/** The first of these that a command names is what it is about. */
const TARGETS = [
  ['taskId', 'task'],
  ['incidentId', 'incident'],
  ['operationId', 'operation'],
  ['pauseId', 'pause'],
  ['tokenId', 'token'],
  ['memberId', 'member'],
  ['linkId', 'link'],
  ['signInId', 'sign-in'],
  ['sessionId', 'session'],
  ['webhookId', 'webhook'],
  ['workerId', 'worker'],
] as const
/** What these make is what they are about. */
const MADE: Readonly<Record<string, string>> = { createTask: 'task', createToken: 'token', inviteMember: 'link' }
/** Names of fields whose values are nobody's business, or too long to be read. */
const UNTOLD = /password|secret|token$|^payload$|^state$|^code$|^url$/i
const SAID_ELSEWHERE = new Set<string>([...TARGETS.map(([field]) => field), 'reason', 'text'])

export function targetOf(action: string, command: unknown): { kind: string; id: string } | null {
  const fields = fieldsOf(command)
  const made = MADE[action]
  if (made !== undefined && typeof fields.id === 'string') return { kind: made, id: fields.id }
  for (const [field, kind] of TARGETS) {
    const id = fields[field]
    if (typeof id === 'string') return { kind, id }
  }
  return null
}

export function reasonOf(command: unknown): string | null {
  const { reason, text } = fieldsOf(command)
  return typeof reason === 'string' ? reason : typeof text === 'string' ? text : null
}

/** What was asked for, where nothing tells what it changed. */
export function orderOf(command: unknown): Change | undefined {
  const told = Object.entries(fieldsOf(command))
    .filter(([name, value]) => !SAID_ELSEWHERE.has(name) && value !== undefined)
    .map(([name, value]) => [name, UNTOLD.test(name) ? '***' : name === 'tasks' ? numberOf(value) : value])
  if (told.length === 0) return undefined
  return { before: null, after: JSON.parse(maskSecrets(JSON.stringify(Object.fromEntries(told)))) }
}

/** The columns that a change sets to another value, by their names in JSON. */
export function changeOf(row: object, set: object): Change {
  const known = new Map(Object.entries(row))
  // SQLite keeps a boolean as a number: 0 that is set to false is no change.
  for (const [name, value] of Object.entries(set)) {
    if (typeof value === 'boolean' && known.has(name)) known.set(name, Boolean(known.get(name)))
  }
  const changed = Object.entries(set).filter(([name, value]) => value !== undefined && known.get(name) !== value)
  return {
    before: Object.fromEntries(changed.map(([name]) => [camel(name), told(name, known.get(name))])),
    after: Object.fromEntries(changed.map(([name, value]) => [camel(name), told(name, value)])),
  }
}

function told(name: string, value: unknown): unknown {
  if (typeof value === 'number' && name.endsWith('_at')) return new Date(value).toISOString()
  return typeof value === 'string' ? maskSecrets(value) : (value ?? null)
}

/** A thousand tasks are too long to be read. */
function numberOf(value: unknown): unknown {
  return Array.isArray(value) ? `${value.length} of them` : value
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())
}

function fieldsOf(command: unknown): Record<string, unknown> {
  // Commands are objects; anything else names nothing.
  return typeof command === 'object' && command !== null ? (command as Record<string, unknown>) : {}
}
