/**
 * Real pipes for a child's output. What Node calls a pipe is a socket, and a program that opens /dev/stdout or
 * /dev/stderr, as scripts do, fails on a socket; nor does it meet SIGPIPE when the reader went away.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export interface Pipes {
  /** Descriptors for the child's stdout and stderr. */
  readonly writing: readonly [number, number]
  /** Once the child has its ends: closes them here, so that reading comes to an end with the child. */
  read(): [Readable, Readable]
  /** There is no child. */
  close(): void
}

/** Undefined where the system has no named pipes or no folder for them; sockets must do then. */
export function openPipes(): Pipes | undefined {
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
    const paths = [join(folder, 'stdout'), join(folder, 'stderr')] as const
    execFileSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' })
    return pipesOf(openBoth(paths[0]), openBoth(paths[1]))
  } catch {
    return undefined
  } finally {
    // Both ends are open: the names are needed no more.
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

interface Ends {
  readonly reading: number
  readonly writing: number
}

/** The reading end first and without waiting: each end waits for the other to be opened. */
function openBoth(path: string): Ends {
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return { reading, writing: openSync(path, constants.O_WRONLY) }
}

function pipesOf(stdout: Ends, stderr: Ends): Pipes {
  const closeWriting = () => {
    for (const { writing } of [stdout, stderr]) closeSync(writing)
  }
  return {
    writing: [stdout.writing, stderr.writing],
    read() {
      closeWriting()
      return [readerOf(stdout), readerOf(stderr)]
    },
    close() {
      closeWriting()
      for (const { reading } of [stdout, stderr]) closeSync(reading)
    },
  }
}

function readerOf({ reading }: Ends): Readable {
  return new Socket({ fd: reading, readable: true, writable: false })
}
