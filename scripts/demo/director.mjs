/** What happens in the demo, and when: work arrives, workers are killed and come back, once the server is killed too. */
import { setTimeout as sleep } from 'node:timers/promises'
import { nextTask } from './work.mjs'

/** Seconds from the beginning. Later ones repeat the first for as long as the demo goes on. */
export const DIRECTOR_BEATS = [
  {
    at: 15,
    what: 'one worker is killed with SIGKILL: its tasks read Interrupted within two seconds, and name the proof',
  },
  { at: 25, what: 'ten seconds later they are reassigned, and the worker is back as a new incarnation' },
  { at: 40, what: 'a failed task is tried again; one with side effects is undone by the worker "undo-1"' },
  { at: 60, what: 'three workers are killed at once: one incident, its tasks go to whoever is left' },
  { at: 120, what: 'the server itself is killed and started again: a boot that recovers, and nothing lost' },
]
const KILLS = [
  { at: 15, workers: ['forge-1'] },
  { at: 60, workers: ['forge-1', 'forge-2', 'scribe-1'] },
]
const SERVER_KILLED_AT = 120
const LATER_EVERY = 60
const BACK_AFTER = 8
/** This many wait at most: what nobody takes must not pile up. */
const WAITING_MAX = 6
const FIRST = 12
const TICK_MS = 1000

/** Resolves when it is over. */
export async function direct(fleet, over) {
  const startedAt = performance.now()
  const story = storyOf(fleet, () => Math.floor((performance.now() - startedAt) / 1000))
  for (let index = 0; index < FIRST; index += 1) await story.feed()
  while (!over.aborted) {
    await story.tick().catch((error) => {
      // The server is away for seconds while it is being killed, and by the end.
      if (!over.aborted && !fleet.isRestarting()) throw error
    })
    await sleep(TICK_MS, undefined, { signal: over }).catch(() => undefined)
  }
}

function storyOf(fleet, elapsed) {
  let done = -1
  let fed = 0

  async function feed() {
    await fleet.call('POST', '/api/v1/tasks', nextTask(fed))
    fed += 1
  }

  async function kill(names) {
    const { workers } = await fleet.call('GET', '/api/v1/workers?limit=500')
    const held = workers.filter(({ name, state }) => names.includes(name) && state === 'alive')
    const tasks = held.reduce((sum, worker) => sum + worker.held, 0)
    const killed = names.map((name) => fleet.kill(name)).filter((pid) => pid !== undefined)
    say(`kill -9 ${killed.join(' ')}  (${names.join(', ')}, holding ${tasks} tasks)  ${fleet.url}/incidents`)
  }

  async function at(second) {
    const later = second > SERVER_KILLED_AT && second % LATER_EVERY === 0
    for (const { at, workers } of later ? [victimOf(second)] : KILLS) {
      if (at === second) await kill(workers)
      if (at + BACK_AFTER === second) revive(workers)
    }
    if (second > SERVER_KILLED_AT && second % LATER_EVERY === BACK_AFTER) revive(victimOf(second - BACK_AFTER).workers)
    if (second === SERVER_KILLED_AT) {
      say('kill -9 of the server; it starts again on the same port')
      await fleet.restartServer()
      say('the server is back; the page catches up by itself')
    }
  }

  function revive(names) {
    for (const name of names) fleet.hire(name)
    say(`${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} back`)
  }

  function say(sentence) {
    const now = elapsed()
    console.log(`${Math.floor(now / 60)}:${String(now % 60).padStart(2, '0')}  ${sentence}`)
  }

  async function tick() {
    const now = elapsed()
    while (done < now) {
      done += 1
      await at(done)
    }
    if (fleet.isRestarting() || now % 3 !== 0) return
    const { tasks } = await fleet.call('GET', '/api/v1/tasks?status=queued,assigned&limit=50')
    if (tasks.length < WAITING_MAX) await feed()
  }
  return { feed, tick }
}

/** One after the other, so that no worker is always spared. */
function victimOf(second) {
  const names = ['forge-2', 'scribe-1', 'forge-3', 'forge-1']
  return { at: second, workers: [names[(second / LATER_EVERY) % names.length]] }
}
