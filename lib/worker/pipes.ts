/**
 * Real pipes for a child's output. What Node calls a pipe is a socket, and a program that opens /dev/stdout or
 * /dev/stderr, as scripts do, fails on a socket; nor does it meet SIGPIPE when the reader went away.
 */
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'

export interface Pipes {
  /** Descriptors for the child's stdout and stderr. */
  readonly writing: readonly [number, number]
  /** Once the child has its ends: closes them here, so that reading comes to an end with the child. */
  read(): [Readable, Readable]
  /** There is no child. */
  close(): void
}

/** Names for both, in a folder of their own; none where there is no place for it. */
export function namePipes(): string[] {
  try {
    const folder = mkdtempSync(resolve(tmpdir(), 'rollcall-'))
    return [join(folder, 'stdout'), join(folder, 'stderr')]
  } catch {
    return []
  }
}

/** Undefined where they could not be made; sockets must do then. */
export function openPipes([stdout, stderr]: readonly string[]): Pipes | undefined {
  if (stdout === undefined || stderr === undefined) return undefined
  try {
    return pipesOf(openBoth(stdout), openBoth(stderr))
  } catch {
    return undefined
  } finally {
    // Both ends are open: the names are needed no more.
    rmSync(dirname(stdout), { recursive: true, force: true })
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
