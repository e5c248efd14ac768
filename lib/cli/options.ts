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
