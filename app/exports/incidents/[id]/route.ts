import { tasksAsCsv, tasksAsJson, toDownload } from '#lib/api/export.ts'
import { findContext } from '#lib/api/session.ts'
import { getIncident, listIncidentEvents } from '#lib/ledger/index.ts'
import { isTaskError } from '#lib/task/errors.ts'
import { LIMITS } from '#lib/task/schema.ts'

interface Place {
  params: Promise<{ id: string }>
}

/** An incident as a file: its tasks as lines, or all that is known of it. */
export async function GET(request: Request, { params }: Place): Promise<Response> {
  const context = await findContext()
  if (context === null) return new Response('Sign in first.', { status: 401 })
  const incidentId = decodeURIComponent((await params).id)
  try {
    const { incident } = await getIncident(context, { incidentId })
    const name = `incident-${incident.id}`
    const query = { incident: incident.id }
    if (new URL(request.url).searchParams.get('format') !== 'json') {
      return toDownload(tasksAsCsv(context, { query }), name, 'csv')
    }
    const { events } = await listIncidentEvents(context, { incidentId, limit: LIMITS.page })
    return toDownload(tasksAsJson(context, { query, beside: { incident, events } }), name, 'json')
  } catch (error) {
    if (isTaskError(error) && error.code === 'not_found') return new Response(error.message, { status: 404 })
    throw error
  }
}
