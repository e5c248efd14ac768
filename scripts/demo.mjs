/**
 * A fleet to look at: `npm run demo`. A server with a database of its own, real `rollcall` workers, and a director who
 * kills some of them on a schedule. Everything lives in one temporary folder and goes with the demo, however that ends.
 */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { DIRECTOR_BEATS, direct } from './demo/director.mjs'
import { openFleet } from './demo/fleet.mjs'
import { report, run, StepError } from './step.mjs'

/** A demo that somebody forgot ends by itself. */
const MINUTES_MAX = 24 * 60

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } })

// Before anything is there, these two end the process, as they do by themselves.
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

let fleet
try {
  const minutes = minutesOf(values.minutes)
  // Its steps are worth reading on a fresh clone: a minute passes.
  console.log('Preparing; the first time takes a minute or two …')
  await run(process.execPath, ['scripts/prepare.mjs'], { signal: interrupted.signal })
  fleet = await openFleet({ signal: interrupted.signal })
  introduce(fleet, minutes)
  const over = AbortSignal.any([interrupted.signal, AbortSignal.timeout(minutes * 60_000)])
  await Promise.race([direct(fleet, over), fleet.failed])
  if (!interrupted.signal.aborted) console.log(`${minutes} minutes are over.`)
} catch (error) {
  if (!interrupted.signal.aborted) {
    report(error)
    process.exitCode = 1
  }
}
if (fleet) {
  console.log('\nStopping the fleet …')
  await fleet.stop()
  console.log('All of it has ended, and its folder is gone.')
}
if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
process.exit()

function minutesOf(text) {
  const minutes = Number(text)
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MINUTES_MAX) return minutes
  throw new StepError(`--minutes is ${JSON.stringify(text)}; expected a whole number from 1 to ${MINUTES_MAX}.`)
}

function introduce({ url, token, folder }, minutes) {
  console.log(`
The fleet works. Open

    ${url}/sign-in?next=/

and sign in with

    ${token}

What to watch, by the time that stands before each line below:
${DIRECTOR_BEATS.map(({ at, what }) => `  ${clock(at)}  ${what}`).join('\n')}

Look at it by command as well:  ROLLCALL_URL=${url} ROLLCALL_TOKEN=${token} npx rollcall tasks
Its database is in ${folder}; yours is not touched. Ctrl+C ends all of it; by itself it ends after ${minutes} minutes.
`)
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
