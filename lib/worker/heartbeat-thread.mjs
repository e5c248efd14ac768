// @ts-check
/**
 * Beats from a thread of its own, so that a blocked event loop does not lose the lease. Plain JavaScript that imports
 * nothing but Node and the freezer: it is loaded as it stands, from the sources as well as from beside the bundle.
 *
 * Invariant: a process group in `held` is frozen while its lease is doubtful: FREEZE_AT of it has passed since the
 * sending of the last accepted heartbeat; a clock jumped; the ledger refused the worker; or the attempt is not listed,
 * because it still has to be reattached. It goes on only after an answer to what was sent since. What has no group to
 * freeze is reported at WARN_AT, and so is what was frozen for holdMs: the main thread ends both.
 */
import { uptime } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { freezeUnless, frozenFor, frozenGroups, isFrozen, setGuard, signal } from './freezer.mjs'

const FREEZE_AT = 0.6
const WARN_AT = 0.9
const GUARD_SLACK = 0.1
const CHECK_MS_MAX = 250
const JUMP_MS = 5000
const LOST_GRACE_MS = 7000
const PAUSE_BEAT_MS = 300
/** @typedef {{ taskId: string, attempt: number, processGroup?: number, listed: boolean }} Held */
/** @typedef {{ url: string, leaseMs: number, heartbeatMs: number, sentAt: number }} Target */
/** @typedef {{ up: number, wall: number, steady: number }} Moment */

if (!parentPort) throw new Error('the heartbeat thread was started as a program of its own')
const port = parentPort
/** @type {Target} */
let target = workerData.target
/** @type {Held[]} */
let held = workerData.held
let accepted = momentOf(target.sentAt)
let checked = now()
/** How often there was reason to doubt the lease, and up to which of them the ledger has answered since. */
let doubts = 0
let settled = 0
let doubtedAt = 0
let warned = ''
let told = ''
/** @type {Map<string, number>} when a lost attempt's process group is killed at the latest */
const killAt = new Map()
/** @type {NodeJS.Timeout | undefined} */
let timer

port.on('message', (message) => {
  if (message.held) held = message.held
  if (message.target) {
    target = message.target
    accepted = momentOf(target.sentAt)
    if (target.sentAt >= doubtedAt) settled = doubts
    schedule(settled === doubts ? target.heartbeatMs : 0)
  }
  if (message.pause) {
    doubt(PAUSE_BEAT_MS)
    port.postMessage({ paused: true })
  } else judge()
})
schedule(Math.max(0, target.heartbeatMs - passedMs(accepted)))
check()

/**
 * The first goes on while the machine is suspended, the second while it is paused and set right afterwards; the third
 * shows that this very process was held up.
 * @returns {Moment}
 */
function now() {
  return { up: uptime() * 1000, wall: Date.now(), steady: performance.now() }
}

/** @param {number} up @returns {Moment} */
function momentOf(up) {
  const { up: upNow, wall, steady } = now()
  return { up, wall: wall - (upNow - up), steady: steady - (upNow - up) }
}

/** By whichever clock more has passed. @param {Moment} since */
function passedMs(since) {
  const { up, wall } = now()
  return Math.max(up - since.up, wall - since.wall)
}

/** @param {number} delayMs */
function schedule(delayMs) {
  clearTimeout(timer)
  timer = setTimeout(beat, delayMs)
}

async function beat() {
  judge()
  const asked = target
  const sentAt = now()
  const doubtsBefore = doubts
  const answer = await send(asked)
  if (asked !== target) return
  port.postMessage({ ...answer, targetSentAt: asked.sentAt })
  if (answer.status === 200) {
    accepted = sentAt
    settled = doubtsBefore
    noteLost(answer.text)
  } else if (answer.isOver) mistrust()
  judge()
  schedule(Math.max(0, nextBeatMs(answer.status) - passedMs(sentAt)))
}

/** An answer to what was sent before the last doubt settles nothing: ask again at once. @param {number} status */
function nextBeatMs(status) {
  if (status === 200) return settled === doubts ? target.heartbeatMs : 0
  return Math.min(1000, target.heartbeatMs)
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
    const text = await response.text()
    // The ledger no longer knows this incarnation, or holds it for dead.
    const isOver = response.status >= 400 && /"code":\s*"(lease_expired|not_found)"/.test(text)
    return { status: response.status, text, isOver }
  } catch (error) {
    return { status: 0, text: String(error), isOver: false }
  }
}

/** @param {string} text */
function noteLost(text) {
  for (const { taskId, attempt, verdict } of JSON.parse(text).held) {
    const key = `${taskId} ${attempt}`
    if (verdict === 'lost' && !killAt.has(key)) killAt.set(key, performance.now() + LOST_GRACE_MS)
  }
  if (held.length === 0) killAt.clear()
}

function mistrust() {
  doubts++
  doubtedAt = now().up
}

/** @param {number} delayMs */
function doubt(delayMs) {
  mistrust()
  judge()
  schedule(delayMs)
}

function checkMs() {
  return Math.min(CHECK_MS_MAX, target.leaseMs / 50)
}

function check() {
  setTimeout(check, checkMs())
  const { up, wall, steady } = now()
  const steps = [up - checked.up, wall - checked.wall, steady - checked.steady]
  checked = { up, wall, steady }
  if (steps.some((step) => Math.abs(step) > JUMP_MS)) doubt(0)
  else judge()
}

/** Freezes what may not act now, lets go on what may again, and tells the main thread. */
function judge() {
  const silentMs = passedMs(accepted)
  const trusted = settled === doubts && silentMs < target.leaseMs * FREEZE_AT
  /** @type {Map<number, boolean>} */
  const mayAct = new Map()
  for (const { taskId, attempt, processGroup, listed } of held) {
    if (!processGroup) continue
    const lostAt = killAt.get(`${taskId} ${attempt}`)
    // What runs is given its grace to end; what is frozen has nothing left to do but to go.
    if (lostAt !== undefined && (isFrozen(processGroup) || performance.now() >= lostAt)) signal(processGroup, 'SIGKILL')
    mayAct.set(processGroup, lostAt === undefined ? trusted && listed : !isFrozen(processGroup))
  }
  freezeUnless(mayAct)
  tellFrozen(silentMs)
  const acting = [...mayAct].filter(([, acts]) => acts).map(([group]) => group)
  const untilFrozenMs = target.leaseMs * FREEZE_AT - silentMs
  // Later than our own next looks, so that it acts only when there are none.
  setGuard(acting, untilFrozenMs <= 0 ? 0 : untilFrozenMs + 2 * checkMs(), target.leaseMs * GUARD_SLACK)
  warn(silentMs)
}

/** @param {number} silentMs */
function tellFrozen(silentMs) {
  const frozen = frozenGroups()
  if (frozen.join(' ') === told) return
  told = frozen.join(' ')
  port.postMessage({ frozen, silentMs })
}

/** Once for each set of attempts that it concerns. @param {number} silentMs */
function warn(silentMs) {
  const overdue = frozenFor(workerData.holdMs)
  const late = silentMs >= target.leaseMs * WARN_AT
  const concerned = held.filter(({ processGroup }) => (processGroup ? overdue.includes(processGroup) : late))
  const names = concerned.map(({ taskId }) => taskId).join(' ')
  if (names !== '' && names !== warned) port.postMessage({ overdue: concerned, silentMs })
  warned = names
}
