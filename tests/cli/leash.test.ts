/** What is left of a command when `rollcall run` itself is killed: nothing. */
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
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
    const children = [killed, ending].flatMap((tracked) => childrenOf(tracked.pid))
    // A command and its guard each.
    expect(children).toHaveLength(4)
    killed.process.kill('SIGKILL')
    writeFileSync(t.file('go'), '')
    expect(await ending.ended).toBe(0)
    await eventually('nothing is left', () => !children.some(runs))
  })
})
