/** Joins what is given and true; later Tailwind classes do not override earlier ones, so give no two of a kind. */
export function classNames(...parts: (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(' ')
}
