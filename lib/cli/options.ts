/** Parsers of option values, shared by the commands. */
import { InvalidArgumentError } from 'commander'

export function wholeNumber(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** Collects `key=value`, given as often as wanted. */
export function label(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must have the form key=value.')
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) }
}

/** Collects values, given as often as wanted. */
export function several(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text]
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `90s`, `30m`, `2h`, `1d` in milliseconds. */
export function duration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count === '') throw new InvalidArgumentError('It must be a number with s, m, h or d, such as 30m.')
  // The pattern lets nothing else through.
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
}
