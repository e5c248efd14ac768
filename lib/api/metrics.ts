/**
 * Figures for Prometheus. What this process does, it counts itself; what happened to tasks and workers is counted from
 * the history when somebody asks, from the moment at which this process began: every instance tells of the whole ledger.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { OnRound } from '#lib/db/types.ts'
import {
  type ActivityCursor,
  activityFromNow,
  type Context,
  countDeliveries,
  countTasks,
  countWorkers,
  readActivity,
  readHealth,
} from '#lib/ledger/index.ts'
import type { EventType } from '#lib/task/schema.ts'

export interface Metrics {
  readonly onRound: OnRound
  onRequest(route: string, status: number, seconds: number): void
  /** One more event stream, or one less. */
  onStream(change: 1 | -1): void
  /** The text that Prometheus reads. */
  render(context: Context, sweepMs: number): Promise<{ contentType: string; text: string }>
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const SHARED = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000]
const DETECTION = [0.5, 1, 2, 5, 10, 15, 30, 45, 60, 120, 300, 900]

/** The counters that stand for events, each with what its detail is called. */
const EVENT_COUNTERS: Partial<Record<EventType, { name: string; help: string; detail?: string }>> = {
  'task.created': { name: 'rollcall_tasks_created_total', help: 'Tasks put on record' },
  'task.started': { name: 'rollcall_attempts_started_total', help: 'Attempts begun' },
  'task.finished': { name: 'rollcall_attempts_finished_total', help: 'Final reports accepted', detail: 'outcome' },
  'task.late_result': { name: 'rollcall_late_results_total', help: 'Late results accepted', detail: 'outcome' },
  'task.interrupted': { name: 'rollcall_interruptions_total', help: 'Attempts interrupted', detail: 'cause' },
  'task.reassigned': {
    name: 'rollcall_reassignments_total',
    help: 'Tasks given to another worker, by rule or by hand',
  },
  'task.quarantined': { name: 'rollcall_quarantines_total', help: 'Tasks quarantined' },
  'task.refused': { name: 'rollcall_refused_writes_total', help: 'Writes of workers that the fence refused' },
  'task.unskilled': { name: 'rollcall_unskilled_total', help: 'Tasks found that no worker has the skills for' },
  'worker.registered': { name: 'rollcall_workers_registered_total', help: 'Workers registered' },
  'worker.died': { name: 'rollcall_workers_died_total', help: 'Workers declared dead', detail: 'kind' },
  'recovery.ran': { name: 'rollcall_recoveries_total', help: 'Passes of recovery that found something' },
  'recovery.amnesty': {
    name: 'rollcall_amnesties_total',
    help: 'Outages of the ledger after which leases were extended',
  },
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  // Gauges under the name of a counter: Prometheus' own check refuses them, and nobody needs them.
  for (const kind of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${kind}_total`)
  const commits = new Histogram({
    name: 'rollcall_commit_requests',
    help: 'Requests that shared a commit, by operation',
    labelNames: ['operation'],
    buckets: SHARED,
    registers,
  })
  const requests = new Histogram({
    name: 'rollcall_http_request_seconds',
    help: 'Time to answer a request of the API, by route and status',
    labelNames: ['route', 'status'],
    buckets: SECONDS,
    registers,
  })
  const detection = new Histogram({
    name: 'rollcall_detection_seconds',
    help: 'From the last heartbeat of a worker that died to the moment at which that was noticed',
    buckets: DETECTION,
    registers,
  })
  const streams = new Gauge({ name: 'rollcall_event_streams', help: 'Event streams that are open here', registers })
  const gauges = createGauges(registry)
  const counters = createCounters(registry)
  let cursor: ActivityCursor | undefined
  let reading: Promise<void> = Promise.resolve()

  async function collect(context: Context, sweepMs: number): Promise<void> {
    await gauges.read(context, sweepMs)
    cursor ??= await activityFromNow(context)
    const activity = await readActivity(context, cursor)
    for (const { type, detail, count } of activity.counts) counters.add(type, detail, count)
    for (const ms of activity.detectionsMs) detection.observe(ms / 1000)
    cursor = activity.cursor
  }

  return {
    onRound: (operation, count) => commits.observe({ operation }, count),
    onRequest: (route, status, seconds) => requests.observe({ route, status }, seconds),
    onStream: (change) => streams.inc(change),
    async render(context, sweepMs) {
      // One at a time: two that read from the same place would count what is there twice.
      reading = reading.catch(() => {}).then(() => collect(context, sweepMs))
      await reading
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

function createCounters(registry: Registry) {
  const made = new Map<string, { counter: Counter; detail: string | undefined }>()
  for (const [type, { name, help, detail }] of Object.entries(EVENT_COUNTERS)) {
    const labelNames = detail === undefined ? [] : [detail]
    const counter = new Counter({ name, help: `${help}, over the whole ledger`, labelNames, registers: [registry] })
    made.set(type, { counter, detail })
  }
  const expiries = new Counter({
    name: 'rollcall_lease_expiries_total',
    help: 'Workers given up because their lease ran out, over the whole ledger',
    registers: [registry],
  })
  return {
    add(type: EventType, detail: string | null, count: number): void {
      if (type === 'worker.died' && detail === 'suspected') expiries.inc(count)
      const found = made.get(type)
      if (found?.detail === undefined) found?.counter.inc(count)
      else found.counter.inc({ [found.detail]: detail ?? 'unknown' }, count)
    },
  }
}

function createGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const tasks = gauge('rollcall_tasks', 'Open tasks by status, counted up to 10,000', ['status'])
  const sealed = gauge('rollcall_tasks_sealed_day', 'Tasks sealed in the last 24 h by status, up to 10,000', ['status'])
  const workers = gauge('rollcall_workers', 'Workers that may hold work, by state', ['state'])
  const deliveries = gauge('rollcall_webhook_deliveries', 'Alerts that wait to be sent, or could not be', ['status'])
  const lag = gauge('rollcall_sweep_lag_seconds', 'Since the sweeper of any instance last ran')
  return {
    async read(context: Context, sweepMs: number): Promise<void> {
      const [{ counts }, states, health, queued] = await Promise.all([
        countTasks(context),
        countWorkers(context),
        readHealth(context, sweepMs),
        countDeliveries(context),
      ])
      for (const { status, sealed: isSealed, count } of counts) (isSealed ? sealed : tasks).set({ status }, count)
      for (const { state, count } of states) workers.set({ state }, count)
      for (const { status, count } of queued) deliveries.set({ status }, count)
      if (health.sweptAt !== null) {
        lag.set(Math.max(0, Date.parse(health.serverTime) - Date.parse(health.sweptAt)) / 1000)
      }
    },
  }
}
