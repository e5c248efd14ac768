/** The agent that the demo's workers run: it only pretends to think, but all that it reports is really on record. */
import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

const task = JSON.parse(await text(process.stdin))
const { ROLLCALL_URL: url, ROLLCALL_TOKEN: token } = process.env
const attempt = Number(process.env.ROLLCALL_ATTEMPT)
const resume = JSON.parse(process.env.ROLLCALL_RESUME || 'null')
const NEVER_AGAIN = new Set([400, 401, 403, 404, 409])
const SILENT_MS = 20_000
const WAIT_MS = 12_000

if (task.payload?.compensation) await undo(task.payload.compensation)
else await work(task.payload?.plan ?? { ends: 'success', steps: 5, stepMs: 1000 })

async function undo({ target, reason }) {
  console.log(`Deleting ${target}: ${reason}`)
  await sleep(2500)
  console.log('Deleted.')
}

async function work({ ends, steps, stepMs }) {
  const sessionId = resume?.kind === 'session' ? resume.sessionId : randomUUID()
  await tell('PUT', 'session', { sessionId, provider: task.provider })
  const from = resume?.kind === 'checkpoint' ? resume.turn : 0
  if (from > 0) console.log(`Going on from turn ${from}, which attempt ${resume.attempt} had saved.`)
  for (let turn = from + 1; turn <= steps; turn += 1) {
    await step(turn, steps)
    const half = turn === Math.ceil(steps / 2)
    if (ends === 'far') await tell('POST', 'checkpoints', { turn, state: { turn, files: filesOf(turn) } })
    if (ends === 'undone' && half) await push()
    if (ends === 'asks' && half) await ask()
    if (ends === 'silent' && half) await sleep(SILENT_MS)
    await sleep(stepMs * (0.7 + Math.random() * 0.6))
  }
  if (ends === 'broken' || ends === 'undone' || (ends === 'flaky' && attempt === 1)) {
    console.error('AssertionError: expected 3 refunds, received 2\n    at test/refunds.test.ts:41:18')
    process.exit(ends === 'broken' ? 124 : 1)
  }
  if (ends !== 'undone' && task.sideEffects) await tell('POST', 'compensations', { kind: 'none', reason: 'merged' })
  console.log('All checks pass. Opened a pull request.')
}

async function step(turn, steps) {
  const phase = turn <= 2 ? 'planning' : turn > steps - 2 ? 'verifying' : 'working'
  const file = filesOf(turn)[0]
  console.log(`[turn ${turn}/${steps}] ${phase}: ${phase === 'planning' ? 'reading' : 'editing'} ${file}`)
  if (turn % 3 === 0) console.log(`  ran npm test -- ${file.split('/').at(-1)}: ${10 + turn} passed`)
  const usage = {
    turns: turn,
    tokensIn: 4200 * turn,
    tokensOut: 610 * turn,
    costUsd: Number((0.043 * turn).toFixed(3)),
  }
  await tell('POST', 'progress', { phase, ...usage })
}

async function push() {
  const branch = `${task.repo}@agent/${task.issueNumber}`
  await tell('POST', 'compensations', { kind: 'branch', target: branch, reason: 'the branch that was pushed' })
  console.log(`Pushed ${branch}.`)
}

async function ask() {
  await tell('POST', 'progress', { waiting: { reason: 'approval to deploy to staging' } })
  console.log('Waiting for approval to deploy to staging.')
  await sleep(WAIT_MS)
  await tell('POST', 'progress', { waiting: null, phase: 'working' })
}

function filesOf(turn) {
  const names = ['src/session.ts', 'src/routes/login.ts', 'test/session.test.ts', 'src/cache.ts', 'docs/changes.md']
  return [names[(turn + task.title.length) % names.length]]
}

/** A server that is away for a moment is asked again; a refusal means that the attempt is somebody else's. */
async function tell(method, what, body) {
  const about = { workerId: task.workerId, attempt, ...body }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (let tries = 1; tries <= 20; tries += 1) {
    const request = { method, headers, body: JSON.stringify(about), signal: AbortSignal.timeout(5000) }
    const answer = await fetch(`${url}/api/v1/tasks/${task.id}/${what}`, request).catch(() => undefined)
    if (answer?.ok) return
    if (answer && NEVER_AGAIN.has(answer.status)) return console.error(`not taken: ${(await answer.json()).detail}`)
    await sleep(1000)
  }
}
