/** An agent at its worst: it ignores SIGTERM, starts a grandchild that does too, and both write files without a break. */
import { existsSync, statSync } from 'node:fs'

export interface FakeAgent {
  /** For /bin/sh -c. */
  readonly script: string
  /** Bytes that the two have written. */
  written(): number
  /** Whether nothing is written for a while in which an agent that runs would have written a dozen times. */
  silentFor(ms: number): () => boolean
}

/** `file` names the files that it writes: `<file>-child`, `<file>-grandchild`, and the pids in `<file>-pid`, `<file>-grandpid`. */
export function fakeAgent(file: string): FakeAgent {
  const loop = (name: string) => `while :; do printf x >> ${file}-${name}; sleep 0.02; done`
  const script = [
    `trap '' TERM HUP INT`,
    `sh -c 'trap "" TERM HUP INT; echo $$ > ${file}-grandpid; ${loop('grandchild')}' &`,
    `echo $$ > ${file}-pid`,
    loop('child'),
  ].join('\n')
  const sizeOf = (name: string) => (existsSync(`${file}-${name}`) ? statSync(`${file}-${name}`).size : 0)
  const written = () => sizeOf('child') + sizeOf('grandchild')
  return {
    script,
    written,
    silentFor(ms) {
      let last = { bytes: written(), at: performance.now() }
      return () => {
        const bytes = written()
        if (bytes !== last.bytes) last = { bytes, at: performance.now() }
        return performance.now() - last.at >= ms
      }
    },
  }
}
