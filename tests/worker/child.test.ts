import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Child, type ChildOptions, discard, prepareChild, startChild } from '#lib/worker/child.ts'
import { groupRuns } from '#lib/worker/process-group.ts'
import { eventually } from '../support/eventually.ts'
import { removeFolder } from '../support/folders.ts'
import { childrenOf } from '../support/tracked.ts'

let folder: string
let child: Child | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-child-'))
})
afterEach(async () => {
  child?.signal('SIGKILL')
  await child?.done
  child = undefined
  removeFolder(folder)
})

/** Gathers what it is given. */
class Sink extends Writable {
  text = ''
  override _write(chunk: Buffer, _: unknown, done: () => void) {
    this.text += chunk.toString('latin1')
    done()
  }
}

async function start(command: [string, ...string[]], options: Partial<ChildOptions> = {}) {
  const terminal = { stdout: new Sink(), stderr: new Sink() }
  const recorded = { stdout: '', stderr: '' }
  const started = await startChild({
    command,
    stdin: { text: '' },
    terminal,
    onOutput: (stream, text) => {
      recorded[stream] += text
    },
    ...options,
  })
  child = started
  return { child: started, terminal, recorded }
}
const shell = (script: string, options?: Partial<ChildOptions>) => start(['/bin/sh', '-c', script], options)
const pidIn = (name: string) =>
  eventually(`a pid in ${name}`, () => {
    try {
      return Number(readFileSync(join(folder, name), 'utf8'))
    } catch {
      return 0
    }
  })
/** Running, and not merely a dead process that nobody has waited for. */
function runs(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

test('what was made for a command that is not to be is gone: no guard, no pipe', async () => {
  const open = () => readdirSync('/proc/self/fd').length
  const before = { children: childrenOf(process.pid), open: open() }
  const prepared = await prepareChild({})
  expect(childrenOf(process.pid).length).toBe(before.children.length + 1)
  expect(open()).toBeGreaterThan(before.open)
  discard(prepared)
  await eventually('its guard has ended', () => childrenOf(process.pid).length === before.children.length)
  await eventually('its pipes are closed', () => open() <= before.open)
})

describe('a child', () => {
  test('returns the exit code of the command', async () => {
    const { child } = await shell('exit 3')
    expect(await child.done).toEqual({ code: 3, signal: null })
  })

  test('returns 128 and the number of the signal that ended it', async () => {
    const { child } = await shell('kill -KILL $$')
    expect(await child.done).toEqual({ code: 137, signal: 'SIGKILL' })
  })

  test('rejects when the command is not there, or cannot be run', async () => {
    await expect(start(['/no/such/command'])).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(start(['no-such-command'])).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(start(['/etc/passwd'])).rejects.toMatchObject({ code: 'EACCES' })
    await expect(start(['/tmp'])).rejects.toMatchObject({ code: 'EACCES' })
  })

  test.each([
    ['plain names', {}],
    ['a name that no shell could set', { 'npm_config_//registry': 'x' }],
  ])('hands the environment on, with %s', async (_, more) => {
    const env = { PATH: process.env.PATH, GREETING: "it's\n$HOME", PWD: process.cwd(), ...more }
    const { child, recorded } = await start([process.execPath, '-p', 'JSON.stringify(process.env)'], { env })
    expect((await child.done).code).toBe(0)
    expect(JSON.parse(recorded.stdout)).toEqual(env)
  })

  test('hands arguments on as they are, and no descriptor but the first three', async () => {
    const words = ['', ' a  b ', '$HOME', "'", '"', '*', '\\', '-n', '\n']
    const listing = "console.log(JSON.stringify(process.argv.slice(1))); require('fs').fstatSync(3)"
    const echo = await start([process.execPath, '-e', listing, '--', ...words])
    await echo.child.done
    expect(JSON.parse(echo.recorded.stdout)).toEqual(words)
    const { child, recorded } = await shell('[ -e /proc/self/fd/3 ] && ls -l /proc/self/fd || echo none', {
      env: { PATH: process.env.PATH },
    })
    await child.done
    expect(recorded.stdout).toBe('none\n')
  })

  test('passes 20,000 lines on to the terminal and to the record, complete and in order', async () => {
    const { child, terminal, recorded } = await shell('seq 1 20000; seq 1 20000 >&2')
    await child.done
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('')
    expect(recorded.stdout === lines && recorded.stderr === lines).toBe(true)
    expect(terminal.stdout.text === lines && terminal.stderr.text === lines).toBe(true)
  })

  test('records characters whole that are cut in two by a pause, and passes bytes on unchanged', async () => {
    const { child, terminal, recorded } = await shell(
      "printf 'a\\342\\202'; sleep 0.1; printf '\\254\\360\\237'; sleep 0.1; printf '\\230\\200\\377'",
    )
    await child.done
    expect(recorded.stdout).toBe('a€😀\ufffd')
    expect(Buffer.from(terminal.stdout.text, 'latin1').toString('hex')).toBe('61e282acf09f9880ff')
  })

  test('gives the child its input and survives a child that does not read it', async () => {
    const read = await shell('cat', { stdin: { text: 'hello' } })
    await read.child.done
    expect(read.recorded.stdout).toBe('hello')
    const deaf = await shell('exit 0', { stdin: { text: 'x'.repeat(1_000_000) } })
    expect((await deaf.child.done).code).toBe(0)
  })

  test('waits for a slow terminal and loses nothing', async () => {
    let received = 0
    const slow = new Writable({
      highWaterMark: 1024,
      write: (chunk: Buffer, _, done) => {
        received += chunk.length
        setTimeout(done, 5)
      },
    })
    const { child } = await shell('head -c 2000000 /dev/zero', { terminal: { stdout: slow, stderr: new Sink() } })
    await child.done
    await eventually('all has arrived', () => received === 2_000_000)
  })

  test('passes a signal on to the whole group', async () => {
    const { child } = await shell(
      `trap 'echo got; exit 7' INT; echo ready > ${folder}/ready; while :; do sleep 0.05; done`,
    )
    await eventually('it is ready', () => readFileSync(join(folder, 'ready'), { flag: 'a+' }).length > 0)
    child.signal('SIGINT')
    expect((await child.done).code).toBe(7)
  })

  test('stops a child that ends on SIGTERM without waiting for the grace', async () => {
    const { child } = await start(['sleep', '60'])
    const startedAt = performance.now()
    child.stop(5000)
    expect(await child.done).toMatchObject({ signal: 'SIGTERM' })
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  test('kills a child and a grandchild that ignore SIGTERM after the grace', async () => {
    const { child } = await shell(
      `trap '' TERM; sh -c 'trap "" TERM; echo $$ > ${folder}/grandchild; while :; do sleep 0.05; done' & echo $$ > ${folder}/child; wait; sleep 60`,
    )
    const pids = [await pidIn('child'), await pidIn('grandchild')]
    child.stop(300)
    expect(await child.done).toMatchObject({ code: 137, signal: 'SIGKILL' })
    expect(pids.map(runs)).toEqual([false, false])
  })

  test('ends what the command left running in its group', async () => {
    const { child } = await shell(
      `sh -c 'echo $$ > ${folder}/left; exec sleep 60' & while [ ! -s ${folder}/left ]; do sleep 0.02; done; exit 4`,
    )
    expect(await child.done).toEqual({ code: 4, signal: null })
    expect(runs(await pidIn('left'))).toBe(false)
    expect(groupRuns(child.processGroup)).toBe(false)
  })

  test('does not wait for a daemon that left the group and keeps the pipe open', async () => {
    const startedAt = performance.now()
    const { child } = await shell(`setsid sh -c 'echo $$ > ${folder}/daemon; exec sleep 30' & sleep 0.1; echo done`)
    expect((await child.done).code).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(5000)
    const daemon = await pidIn('daemon')
    expect(runs(daemon)).toBe(true)
    process.kill(daemon, 'SIGKILL')
  })

  test('gives what writes just after the end of the command the time to do so', async () => {
    const { child, recorded } = await shell('(sleep 0.3; echo late) & echo early')
    await child.done
    expect(recorded.stdout).toBe('early\nlate\n')
  })

  test('meets a broken pipe when nobody reads the terminal any more', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    broken.on('error', () => undefined)
    const { child } = await start(['yes'], { terminal: { stdout: broken, stderr: new Sink() } })
    expect(await child.done).toMatchObject({ signal: 'SIGPIPE' })
  })

  test('lets a script write to /dev/stdout and /dev/stderr', async () => {
    const { child, recorded } = await shell('echo out > /dev/stdout; echo err > /dev/stderr')
    expect((await child.done).code).toBe(0)
    expect(recorded).toEqual({ stdout: 'out\n', stderr: 'err\n' })
  })

  test('gives the child a process group of its own', async () => {
    const { child, recorded } = await shell("cut -d' ' -f5 /proc/$$/stat")
    await child.done
    expect(Number(recorded.stdout)).toBe(child.processGroup)
    expect(child.processGroup).not.toBe(process.pid)
  })
})
