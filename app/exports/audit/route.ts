import { auditAsCsv, auditAsJson } from '#lib/api/audit-export.ts'
import { readAuditQuery } from '#lib/api/audit-query.ts'
import { allows } from '#lib/api/authenticate.ts'
import { toDownload } from '#lib/api/export.ts'
import { findContext } from '#lib/api/session.ts'

/** The audit log as a file, by the filters of its address. */
export async function GET(request: Request): Promise<Response> {
  const context = await findContext()
  if (context === null) return new Response('Sign in first.', { status: 401 })
  if (!allows(context.actor.role, 'operator')) return new Response('This is for operators.', { status: 403 })
  const parameters = Object.fromEntries(new URL(request.url).searchParams)
  const query = readAuditQuery(parameters)
  const now = new Date(await context.db.now()).toISOString()
  const name = `audit-${now.slice(0, 19).replaceAll(':', '')}`
  if (parameters.format === 'json') return toDownload(auditAsJson(context, query), name, 'json')
  return toDownload(auditAsCsv(context, query), name, 'csv')
}
