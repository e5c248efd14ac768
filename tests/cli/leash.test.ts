/** What is left of a command when `rollcall run` itself is killed: nothing. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { fakeAgent } from '../support/fake-agent.ts'
import { childrenOf, openTracked, runs } from '../support/tracked.ts'

const t = openTracked()

describe('when rollcall itself is killed', () => {
  const script = (ready: string) =>
    `trap '' TERM HUP INT; sh -c 'trap "" TERM HUP INT; echo $$ > ${t.file('grandchild')}; while :; do sleep 0.05; done' & echo $$ > ${t.file(ready)}; wait`

  test('with SIGKILL, the command and its grandchildren end within two seconds', async () => {
    const tracked = t.shell(script('child'))
    const pids = [await t.pidIn('child'), await t.pidIn('grandchild')]
    tracked.process.kill('SIGKILL')
    const killedAt = performance.now()
    await eventually('nothing is left', () => !pids.some(runs), 4000)
    expect(performance.now() - killedAt).toBeLessThan(2000)
    expect(await tracked.ended).toBe('SIGKILL')
  })

  test('leaves nothing behind of its own, neither after a kill nor after a normal end', async () => {
    const killed = t.shell(`echo $$ > ${t.file('killed')}; exec sleep 60`)
    const ending = t.shell(`echo $$ > ${t.file('ending')}; while [ ! -e ${t.file('go')} ]; do sleep 0.05; done`)
    await Promise.all([t.pidIn('killed'), t.pidIn('ending')])
    const pids = [killed, ending].map((tracked) => tracked.pid)
    const look = () => pids.flatMap(childrenOf)
    // A command, its leash, and the guard that freezes it.
    await eventually('all are there', () => look().length === 6)
    const children = [...look(), ...look().flatMap(childrenOf)]
    killed.process.kill('SIGKILL')
    writeFileSync(t.file('go'), '')
    expect(await ending.ended).toBe(0)
    await eventually('nothing is left', () => !children.some(runs))
  })

  test('and its leash as well, the next rollcall on the host ends what is left', async () => {
    const agent = fakeAgent(t.file('agent'))
    const tracked = t.shell(agent.script)
    const pids = [await t.pidIn('agent-pid'), await t.pidIn('agent-grandpid')]
    const guards = childrenOf(tracked.pid).filter((pid) => !pids.includes(pid))
    for (const guard of guards) process.kill(guard, 'SIGKILL')
    tracked.process.kill('SIGKILL')
    await tracked.ended
    expect(pids.every(runs)).toBe(true)
    const next = t.shell('true')
    expect(await next.ended).toBe(0)
    expect(next.stderr()).toContain('ended what a killed rollcall had left of ')
    expect(pids.some(runs)).toBe(false)
  })
})
