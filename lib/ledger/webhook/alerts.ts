/** What of the history somebody is woken for, in words. */
import type { TaskEvent } from '#lib/task/schema.ts'
import { ALERT_TYPES, type Alert, type AlertType } from '#lib/task/webhook.ts'

export interface RaisedAlert {
  readonly type: AlertType
  readonly key: string
  readonly alert: Alert
}

/** More of one kind at once are told as one. */
const APART_MAX = 5
const HOUR_MS = 3_600_000

export function alertsOf(events: readonly TaskEvent[]): RaisedAlert[] {
  return ALERT_TYPES.flatMap((type) => {
    const all = events.filter((event) => event.type === type).map((event) => alertOf(type, event))
    // Those with one key are one alert already.
    const apart = [...new Map(all.map((raised) => [raised.key, raised])).values()]
    const [first] = apart
    if (!first || apart.length <= APART_MAX) return apart
    const title = `${apart.length} at once: ${first.alert.title}`
    return [{ ...first, alert: { ...first.alert, title, taskId: null, path: PATHS[type] ?? '/' } }]
  })
}

const PATHS: Partial<Record<AlertType, string>> = {
  'task.quarantined': '/tasks?status=quarantined',
  'incident.opened': '/incidents',
}

function alertOf(type: AlertType, event: TaskEvent): RaisedAlert {
  const { id, taskId, incidentId, reason: detail, at, data } = event
  const about = (title: string, path: string) => ({ title, detail, taskId, incidentId, path, at })
  const key = `${type}:${id}`
  const task = `/tasks/${taskId ?? ''}`
  const incident = `/incidents/${incidentId ?? ''}`
  if (type === 'incident.opened') return { type, key, alert: about('An incident was opened', incident) }
  if (type === 'incident.braked') return { type, key, alert: about('Automatic recovery was stopped', incident) }
  if (type === 'task.quarantined') return { type, key, alert: about(`Task ${taskId} was quarantined`, task) }
  const skills = Array.isArray(data.missing) ? data.missing.join(', ') : 'its skills'
  // Of a thousand tasks that wait for the same worker, one an hour is enough.
  const hour = Math.floor(Date.parse(at) / HOUR_MS)
  return { type, key: `${type}:${skills}:${hour}`, alert: about(`No worker can do ${skills}`, task) }
}

export function sweeperLate(sweptAt: string | null, now: string): RaisedAlert {
  const detail = `it last ran ${sweptAt === null ? 'never' : `at ${sweptAt}`}: deaths are not noticed`
  const alert = { title: 'The sweeper is late', detail, taskId: null, incidentId: null, path: '/', at: now }
  return { type: 'sweeper.late', key: `sweeper.late:${sweptAt ?? 'never'}`, alert }
}
