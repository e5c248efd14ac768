/**
 * What members of a role are not shown of contents: values under certain keys, and what certain patterns match. Pure.
 * A pattern is written by whoever configures this installation and runs over what processes wrote, so it may have neither
 * groups nor repetitions without an end: nobody can write an output that keeps it busy.
 */
import { z } from 'zod'
import { MEMBER_ROLES, type MemberRole } from './access.ts'

export const MASKED = '[masked]'
const REPEATS_MAX = 20_000
const DEPTH_MAX = 100

const Key = z.string().regex(/^[^\p{Cc}]{1,100}$/u, { error: 'must be the name of a key; * stands for any letters' })
const Pattern = z
  .string()
  .min(2)
  .max(200)
  .refine(isTame, { error: 'must be a pattern without groups, | and back references, with repetitions such as {1,64}' })

export const MaskRule = z
  .strictObject({
    roles: z
      .array(z.enum(MEMBER_ROLES))
      .min(1)
      .default([...MEMBER_ROLES]),
    keys: z.array(Key).max(100).default([]).describe('of payloads and artifacts, at any depth; case does not matter'),
    patterns: z.array(Pattern).max(20).default([]).describe('in payloads, artifacts, errors and output'),
  })
  .refine(({ keys, patterns }) => keys.length + patterns.length > 0, { error: 'must name a key or a pattern' })
export type MaskRule = z.infer<typeof MaskRule>

export interface Mask {
  text(text: string): string
  json(value: unknown): unknown
}

/** The rules of a role as one mask; null where there are none. A worker reads what it was given, as it was given. */
export function maskFor(rules: readonly MaskRule[], role: MemberRole | 'worker'): Mask | null {
  const own = rules.filter(({ roles }) => role !== 'worker' && roles.includes(role))
  if (own.length === 0) return null
  const patterns = own.flatMap((rule) => rule.patterns.map((pattern) => new RegExp(pattern, 'giu')))
  const keys = own.flatMap((rule) => rule.keys.map(toKeyPattern))
  const text = (given: string) => patterns.reduce((masked, pattern) => masked.replace(pattern, MASKED), given)
  const json = (value: unknown, depth = 0): unknown => {
    if (typeof value === 'string') return text(value)
    if (typeof value !== 'object' || value === null) return value
    // Deeper than anything that is taken in; and what is not looked through is not shown.
    if (depth > DEPTH_MAX) return MASKED
    if (Array.isArray(value)) return value.map((member) => json(member, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        text(key),
        keys.some((pattern) => pattern.test(key)) ? MASKED : json(member, depth + 1),
      ]),
    )
  }
  return { text, json: (value) => json(value) }
}

function toKeyPattern(key: string): RegExp {
  const words = key.split('*').map((word) => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  return new RegExp(`^${words.join('.*')}$`, 'isu')
}

/** Whether it takes a bounded time for each place of a text, whatever the text is. */
function isTame(pattern: string): boolean {
  const plain = pattern
    .replaceAll(/\\[^\d]/g, 'x')
    .replaceAll(/\\\d/g, '(')
    .replaceAll(/\[\^?[^\]]*\]/g, 'x')
  if (/[()|*+]/.test(plain)) return false
  const repeats = [...plain.matchAll(/\{(\d+)(,?)(\d*)\}/g)].map(([, least, comma, most]) =>
    comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most),
  )
  if (repeats.reduce((product, repeat) => product * Math.max(1, repeat), 1) > REPEATS_MAX) return false
  try {
    return !new RegExp(pattern, 'giu').test('')
  } catch {
    return false
  }
}
