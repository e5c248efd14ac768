/** `rollcall run` in a terminal: the command must not notice that anything stands between it and the keys. */
import { execFileSync } from 'node:child_process'
import { existsSync, readlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { problem, registration } from '../support/fake-ledger.ts'
import { isStopped, openTracked, runs } from '../support/tracked.ts'

const SHELLS = ['/bin/sh -i', '/bin/bash --norc --noediting -i'].filter((line) => existsSync(line.split(' ')[0] ?? ''))

interface Terminal {
  readonly pid: number
  onData(listener: (text: string) => void): void
  onExit(listener: (end: { exitCode: number; signal?: number }) => void): void
  write(text: string): void
  resize(columns: number, rows: number): void
  kill(signal: string): void
}
// Native, and without types of its own that the project would need elsewhere.
const { spawn } = createRequire(import.meta.url)('@lydell/node-pty') as {
  spawn(file: string, args: readonly string[], options: object): Terminal
}
const t = openTracked()
const open: { pid: number; kill(signal: string): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) if (runs(each.pid)) each.kill('SIGKILL')
})

/** A terminal of 100 columns and 30 rows in which somebody typed this line. */
function terminal(line: string) {
  const env = {
    ...process.env,
    TERM: 'xterm',
    ROLLCALL_URL: t.ledger.url,
    ROLLCALL_TOKEN: 'rc_test',
    ROLLCALL_STATE_PATH: t.file('state'),
  }
  const shown = spawn('/bin/sh', ['-c', line], { cols: 100, rows: 30, env })
  open.push(shown)
  let screen = ''
  shown.onData((text) => {
    screen += text
  })
  const ended = new Promise<number>((resolve) => shown.onExit(({ exitCode }) => resolve(exitCode)))
  return {
    shown,
    ended,
    screen: () => screen,
    says: (text: string) => eventually(`it says ${text}`, () => screen.includes(text)),
  }
}
/** The terminal of this process hands on every key as it is. */
function isRaw(pid: number): boolean {
  return execFileSync('stty', ['-F', readlinkSync(`/proc/${pid}/fd/0`), '-a'], { encoding: 'utf8' }).includes('-icanon')
}
/** What rollcall is given there; the shell's own words stay out of the way of the test's. */
const run = (script: string) => `"${process.execPath}" "${t.cli.file}" run -- /bin/sh -c '${script}'`

describe('a command in a terminal', () => {
  test('has one too, of the same size, and is told when that changes', async () => {
    const script =
      'test -t 0 && test -t 1 && test -t 2 && echo all; echo held $(ls /proc/$$/fd); stty size; trap "stty size; exit 5" WINCH; echo ready; while :; do sleep 0.05; done'
    const { shown, ended, says } = terminal(run(script))
    await says('all')
    await says('held 0 1 2')
    await says('30 100')
    await says('ready')
    shown.resize(80, 24)
    await says('24 80')
    expect(await ended).toBe(5)
    expect(t.recorded('stdout')).toContain('24 80')
    expect(t.report()).toMatchObject({ outcome: 'failed', exitCode: 5 })
  })

  test('reads the keys, and gets Ctrl+C as if it had the terminal alone', async () => {
    const { shown, ended, says } = terminal(
      run(
        'read -r line; echo "got <$line>"; trap "echo stopped; exit 7" INT; echo ready; while :; do sleep 0.05; done',
      ),
    )
    await eventually('it is under way', () => t.ledger.inputs('createTask').length > 0)
    shown.write('two words\r')
    await says('got <two words>')
    await says('ready')
    shown.write('\u0003')
    await says('stopped')
    expect(await ended).toBe(7)
  })

  test('hands the terminal back as it was, and every byte of the output in order', async () => {
    const { ended, screen } = terminal(`${run('seq 1 5000')}; stty -a | grep -o " -\\?icanon"; exit 3`)
    expect(await ended).toBe(3)
    const lines = Array.from({ length: 5000 }, (_, index) => `${index + 1}\r\n`).join('')
    expect(screen()).toContain(lines)
    expect(t.recorded('stdout')).toBe(lines)
    expect(screen()).toMatch(/ icanon/)
  })

  test('gets pipes when its output goes elsewhere', async () => {
    const { ended } = terminal(`${run('test -t 1 || echo no terminal')} > ${t.file('out')}`)
    expect(await ended).toBe(0)
    expect(t.recorded('stdout')).toBe('no terminal\n')
  })

  test('ends with the terminal when that is closed, or rollcall is killed', async () => {
    const { shown } = terminal(
      `exec ${run(`echo $$ > ${t.file('pid')}; trap "" TERM; sh -c "echo \\$\\$ > ${t.file('grandchild')}; exec sleep 60" & wait`)}`,
    )
    const pids = [await t.pidIn('pid'), await t.pidIn('grandchild')]
    shown.kill('SIGKILL')
    await eventually('nothing is left', () => !pids.some(runs), 2000)
  })

  test('is suspended by Ctrl+Z with all of the job, and goes on in the foreground with its keys', async () => {
    t.ledger.on({ registerWorker: () => registration({ leaseMs: 30_000, heartbeatMs: 100 }) })
    const { shown, says, screen } = terminal('exec env PS1="shell> " /bin/sh -i')
    await says('shell> ')
    shown.write(`${run(`echo $$ > ${t.file('pid')}; echo ready; read -r line; echo "got <$line>"; exit 7`)}\r`)
    const pid = await t.pidIn('pid')
    await says('\nready')
    const prompts = () => screen().split('shell> ').length
    const before = prompts()
    shown.write('\u001a')
    await eventually('the shell has its prompt again', () => prompts() > before)
    expect(isStopped(pid)).toBe(true)
    shown.write('stty -a | grep -o " -\\?icanon"\r')
    await eventually('the terminal is as it was', () => /^ icanon\r$/m.test(screen()))
    const suspended = prompts()
    shown.write('fg\r')
    await eventually('it goes on', () => runs(pid) && !isStopped(pid))
    shown.write('two words\r')
    await says('got <two words>')
    await eventually('the shell has its prompt again', () => prompts() > suspended)
    shown.write('echo code $?\r')
    await says('code 7')
  })

  test.each(SHELLS)('goes on in the background of %s, and has the keys again in the foreground', async (shell) => {
    t.ledger.on({ registerWorker: () => registration({ leaseMs: 30_000, heartbeatMs: 100 }) })
    const { shown, says, screen } = terminal(`exec env PS1="shell> " ${shell}`)
    const prompted = async (keys: string) => {
      const before = screen().split('shell> ').length
      shown.write(keys)
      await eventually(`the shell has its prompt again after ${keys}`, () => screen().split('shell> ').length > before)
    }
    await says('shell> ')
    shown.write(
      `${run(`echo $$ > ${t.file('pid')}; until test -e ${t.file('go')}; do sleep 0.05; done; echo went on; read -r line; echo "got <$line>"`)}\r`,
    )
    const pid = await t.pidIn('pid')
    await eventually('it is under way', () => runs(pid))
    await prompted('\u001a')
    await prompted('bg\r')
    await prompted(`touch ${t.file('go')}\r`)
    await says('went on\r')
    expect(isStopped(pid)).toBe(false)
    shown.write('fg\r')
    await eventually('it takes the keys', () => isRaw(shown.pid))
    await prompted('two words\r')
    await says('got <two words>')
    await prompted('stty -a | grep -o " -\\?icanon"\r')
    expect(screen()).toMatch(/ icanon\r\n/)
    expect(t.report()).toMatchObject({ outcome: 'success' })
  })

  test.each(SHELLS)('can be started in the background of %s', async (shell) => {
    const { shown, says } = terminal(`exec env PS1="shell> " ${shell}`)
    await says('shell> ')
    shown.write(`${run('echo ran; echo still ran')} &\r`)
    await says('still ran\r')
    await eventually('it is reported', () => t.report()?.outcome === 'success')
  })

  test('reads Ctrl+Z itself where it asked its terminal for every key', async () => {
    const { shown, ended, says } = terminal(
      run('stty -isig -icanon; echo ready; printf "key %s" "$(dd bs=1 count=1 2>/dev/null | od -An -tx1)"'),
    )
    await says('\nready')
    shown.write('\u001a')
    await says('key  1a')
    expect(await ended).toBe(0)
  })

  test('goes on after Ctrl+Z where no shell could let it go on', async () => {
    const { shown, ended, says } = terminal(`exec ${run('echo ready; read -r line; echo "got <$line>"')}`)
    await says('\nready')
    shown.write('\u001a')
    shown.write('words\r')
    await says('got <words>')
    expect(await ended).toBe(0)
  })

  test('is out of reach of the keys while it is frozen, but for a second Ctrl+C', async () => {
    t.ledger.on({ registerWorker: () => registration({ leaseMs: 5000, heartbeatMs: 100 }) })
    const { shown, ended, says } = terminal(run(`echo $$ > ${t.file('pid')}; exec sleep 60`))
    const pid = await t.pidIn('pid')
    t.ledger.on({ heartbeat: () => problem('unavailable', 'down') })
    await eventually('it is frozen', () => isStopped(pid))
    await says('frozen until the ledger answers')
    shown.write('\u0003')
    await says('once more kills it')
    shown.write('\u0003')
    await eventually('it is killed', () => !runs(pid))
    expect(await ended).toBe(137)
  })
})
