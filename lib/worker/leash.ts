/**
 * Ends a child's whole process group when this process is gone, however it went.
 *
 * A guard in a session of its own holds the reading end of a pipe whose only writing end is here; the system closes
 * that one even on SIGKILL. The child's gate opens only after the leash was fastened. The guard is a shell because that costs
 * 1 MB and 1 ms, another Node 40 of each.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Leash {
  /** The named pipes are made, or could not be. */
  readonly ready: Promise<void>
  /** From now on the group ends with this process. */
  fasten(processGroup: number): void
  /** The group has ended by itself: its number may soon be somebody else's. */
  loosen(): void
}

const GUARD = `trap '' HUP INT QUIT TERM TSTP
[ $# = 0 ] || mkfifo -m 600 "$@"
exec >&-
read -r group || exit 0
read -r word
[ "$word" = ended ] || kill -9 "-$group"`

/** Makes named pipes on the way, as Node cannot: a shell starts the program for that sooner than we could. */
export function startLeash(namedPipes: readonly string[] = []): Leash {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', ...namedPipes], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    cwd: '/',
  })
  guard.on('error', () => undefined)
  if (guard.pid === undefined) throw new Error('no guard could be started beside the command')
  guard.stdin.on('error', () => undefined)
  guard.unref()
  let fastened = false
  return {
    ready: once(guard.stdout.resume(), 'close').then(() => undefined),
    fasten(processGroup) {
      fastened = true
      guard.stdin.write(`${processGroup}\n`)
    },
    loosen() {
      guard.stdin.end(fastened ? 'ended\n' : '')
    },
  }
}
