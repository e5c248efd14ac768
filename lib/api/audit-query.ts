/** The filters of the audit log in an address. One that means nothing is left out. */
import { ListAudit } from '#lib/task/audit.ts'

type Parameters = Readonly<Record<string, string | string[] | undefined>>
const NAMES = ['actor', 'action', 'target', 'via', 'result', 'since', 'until'] as const

export function readAuditQuery(parameters: Parameters): ListAudit {
  const given = NAMES.flatMap((name) => {
    const value = [parameters[name]].flat().at(-1)
    return value && ListAudit.safeParse({ [name]: value }).success ? [[name, value]] : []
  })
  return ListAudit.parse(Object.fromEntries(given))
}

export function auditAddress(path: string, query: ListAudit, more: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams(more)
  for (const name of NAMES) if (query[name] !== undefined) parameters.set(name, query[name])
  return parameters.size === 0 ? path : `${path}?${parameters}`
}
