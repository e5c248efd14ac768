/** The queries that this browser ran last, newest first. They stay in it: the ledger is told of none. */
const KEY = 'rollcall-queries'
const KEPT_MAX = 5
const LENGTH_MAX = 300

export function recentQueries(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((text) => typeof text === 'string').slice(0, KEPT_MAX) : []
  } catch {
    return []
  }
}

export function rememberQuery(text: string): void {
  if (text === '' || text.length > LENGTH_MAX) return
  const kept = [text, ...recentQueries().filter((other) => other !== text)].slice(0, KEPT_MAX)
  try {
    localStorage.setItem(KEY, JSON.stringify(kept))
  } catch {
    // A browser that keeps nothing still finds tasks.
  }
}

export function forgetQueries(): void {
  localStorage.removeItem(KEY)
}
