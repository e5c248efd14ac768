/** The configuration in force as lines to read: by what each setting is about, with the words of its own schema. */
import { z } from 'zod'
import { Settings } from '#lib/task/settings.ts'

interface Group {
  readonly title: string
  readonly settings: readonly { readonly name: string; readonly value: string; readonly meaning: string }[]
}

type Key = keyof Settings

/** Whatever has no place here stands under the last title, so that nothing is ever left out. */
const TITLES: readonly [string, readonly Key[]][] = [
  ['Strategies', ['strategy', 'strategies', 'strategyModules', 'resumesMax', 'compensation']],
  ['Access', ['access', 'viewersSee', 'masks']],
  ['Retention', ['retentionMs', 'auditRetentionMs', 'outputBytesMax']],
]

export function describeSettings(settings: Settings): Group[] {
  const placed = new Set(TITLES.flatMap(([, keys]) => keys))
  const rest = (Object.keys(settings) as Key[]).filter((key) => !placed.has(key))
  return [...TITLES, ['Thresholds', rest] as const].map(([title, keys]) => ({
    title,
    settings: keys.flatMap((key) => linesOf(key, settings[key], Settings.shape[key])),
  }))
}

/** A setting of parts is a line a part. */
function linesOf(name: string, value: unknown, schema: unknown): Group['settings'] {
  const meaning = schema instanceof z.ZodType ? (schema.description ?? '') : ''
  const parts = partsOf(schema)
  if (parts === null || typeof value !== 'object' || value === null)
    return [{ name, value: textOf(name, value), meaning }]
  return Object.entries(value).flatMap(([part, each]) => linesOf(`${name}.${part}`, each, parts[part]))
}

/** The schemas of an object's parts, through what gives it a default. */
function partsOf(schema: unknown): Readonly<Record<string, unknown>> | null {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return partsOf(schema.unwrap())
  }
  return schema instanceof z.ZodObject ? schema.shape : null
}

const MEBIBYTE = 1024 * 1024
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

function textOf(name: string, value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((each) => textOf('', each)).join('; ')
  if (typeof value === 'number' && name.endsWith('Ms')) return durationOf(value)
  if (typeof value === 'number') return name.endsWith('BytesMax') ? bytesOf(value) : value.toLocaleString('en-US')
  if (typeof value !== 'object') return String(value)
  return Object.keys(value).length === 0 ? 'none' : JSON.stringify(value)
}

function bytesOf(bytes: number): string {
  return bytes % MEBIBYTE === 0 ? `${bytes / MEBIBYTE} MiB` : `${bytes.toLocaleString('en-US')} B`
}

function durationOf(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each && ms % each === 0) ?? ['ms', 1]
  return `${ms / size} ${unit}`
}
