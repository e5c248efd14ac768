// @ts-check
/**
 * Beats from a thread of its own, so that a blocked event loop does not lose the lease. Plain JavaScript that imports
 * nothing but Node: it is loaded as it stands, from the sources as well as from beside the bundle.
 *
 * Invariant: no process group in `held` outlives STOP_AT of the lease, counted from the sending of the last accepted
 * heartbeat. The main thread is told at WARN_AT and ends its work in peace; this thread kills what is left, in case
 * the main thread is blocked.
 */
import { uptime } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

const WARN_AT = 0.9
const STOP_AT = 0.98
const CHECK_MS_MAX = 250
const LOST_GRACE_MS = 7000
/** @typedef {{ taskId: string, attempt: number, processGroup?: number, listed: boolean }} Held */
/** @typedef {{ url: string, leaseMs: number, heartbeatMs: number, sentAt: number }} Target */

if (!parentPort) throw new Error('the heartbeat thread was started as a program of its own')
const port = parentPort
/** @type {Target} */
let target = workerData.target
/** @type {Held[]} */
let held = []
let acceptedAt = target.sentAt
let warned = false
/** @type {Map<string, number>} when a lost attempt's process group is killed at the latest */
const killAt = new Map()
/** @type {NodeJS.Timeout | undefined} */
let timer

port.on('message', (message) => {
  if (message.held) {
    held = message.held
    warned = false
  }
  if (message.target) {
    target = message.target
    acceptedAt = target.sentAt
    warned = false
    schedule(target.heartbeatMs)
  }
})
schedule(target.heartbeatMs)
check()

/** Unlike performance.now() it goes on while the machine is suspended, and no one sets it as they set the wall clock. */
function clock() {
  return uptime() * 1000
}

/** @param {number} delayMs */
function schedule(delayMs) {
  clearTimeout(timer)
  timer = setTimeout(beat, delayMs)
}

async function beat() {
  const asked = target
  const sentAt = clock()
  const answer = await send(asked)
  if (asked !== target) return
  port.postMessage(answer)
  if (answer.status === 200) {
    acceptedAt = sentAt
    warned = false
    noteLost(answer.text)
  }
  const nextMs = answer.status === 200 ? asked.heartbeatMs : Math.min(1000, asked.heartbeatMs)
  schedule(Math.max(0, nextMs - (clock() - sentAt)))
}

/** @param {Target} to */
async function send(to) {
  const listed = held.filter((each) => each.listed).map(({ taskId, attempt }) => ({ taskId, attempt }))
  try {
    const response = await fetch(to.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${workerData.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ held: listed }),
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(1000, to.leaseMs / 5)),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    return { status: 0, text: String(error) }
  }
}

/** @param {string} text */
function noteLost(text) {
  for (const { taskId, attempt, verdict } of JSON.parse(text).held) {
    const key = `${taskId} ${attempt}`
    if (verdict === 'lost' && !killAt.has(key)) killAt.set(key, clock() + LOST_GRACE_MS)
  }
}

function check() {
  setTimeout(check, Math.min(CHECK_MS_MAX, target.leaseMs / 50))
  const now = clock()
  const silentMs = now - acceptedAt
  for (const { taskId, attempt, processGroup } of held) {
    const lostUntil = killAt.get(`${taskId} ${attempt}`) ?? Number.POSITIVE_INFINITY
    if (processGroup && (now >= lostUntil || silentMs >= target.leaseMs * STOP_AT)) kill(processGroup)
  }
  if (held.length === 0) killAt.clear()
  if (held.length > 0 && !warned && silentMs >= target.leaseMs * WARN_AT) {
    warned = true
    port.postMessage({ silentMs })
  }
}

/** @param {number} processGroup */
function kill(processGroup) {
  try {
    process.kill(-processGroup, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
