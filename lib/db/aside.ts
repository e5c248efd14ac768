/**
 * Reads of SQLite that may take long, in processes of their own: this one goes on committing and answering heartbeats.
 *
 * Invariant: each read is settled once, whatever becomes of its reader. Not threads: a statement cannot be stopped from
 * outside, and a thread that is ended in the middle of one takes the whole process down with it. A process can be killed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { TaskError } from '#lib/task/errors.ts'
import type { Row } from './types.ts'

export interface Aside {
  read(text: string, parameters: readonly unknown[]): Promise<Row[]>
  close(): void
}

export interface AsideLimits {
  readonly readersMax: number
  /** Reads that wait for a reader. */
  readonly waitingMax: number
  /** From being asked to being answered. */
  readonly readMs: number
}

export const ASIDE_LIMITS: AsideLimits = { readersMax: 2, waitingMax: 100, readMs: 15_000 }

/** Found as it lies in the repository, like the migrations: a bundled copy would not find its packages. */
const READER = join(process.cwd(), 'lib/db/reader.mjs')

interface Read {
  readonly text: string
  readonly parameters: readonly unknown[]
  settle(result: Row[] | Error): void
}

interface Reader {
  readonly child: ChildProcess
  read: Read | undefined
}

interface Answer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly error?: { readonly message: string; readonly code?: string }
}

export function openAside(path: string, limits: AsideLimits = ASIDE_LIMITS): Aside {
  const waiting: Read[] = []
  const readers = new Set<Reader>()
  let closed = false

  function next(): void {
    while (waiting.length > 0) {
      const reader = [...readers].find(({ read }) => read === undefined) ?? startReader()
      const read = reader && waiting.shift()
      if (!reader || !read) return
      reader.read = read
      keepAlive(reader.child, true)
      // What goes wrong here is told by the end of the reader as well.
      reader.child.send({ text: read.text, parameters: read.parameters }, () => undefined)
    }
  }

  /** Only when somebody reads: most programs that open a ledger never show a page. */
  function startReader(): Reader | undefined {
    if (closed || readers.size >= limits.readersMax) return undefined
    const child = spawn(process.execPath, [READER, path], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    const reader: Reader = { child, read: undefined }
    readers.add(reader)
    child.on('message', (answer: Answer) => {
      const { read } = reader
      reader.read = undefined
      keepAlive(child, false)
      read?.settle(answer.error ? failure(answer.error) : toRows(answer))
      next()
    })
    const gone = (cause: string) => {
      if (!readers.delete(reader)) return
      reader.read?.settle(new TaskError('unavailable', `the process that read ${cause}; try again`))
      next()
    }
    child.once('error', (error) => gone(`could not be started (${error.message})`))
    child.once('exit', (code, signal) => gone(`ended with ${signal ?? code}`))
    return reader
  }

  function giveUp(read: Read): void {
    const place = waiting.indexOf(read)
    if (place >= 0) waiting.splice(place, 1)
    for (const reader of readers) if (reader.read === read) reader.child.kill('SIGKILL')
    read.settle(new TaskError('unavailable', `a read took longer than ${limits.readMs} ms: ask for less at once`))
  }

  return {
    read(text, parameters) {
      if (closed) return Promise.reject(isClosed())
      if (waiting.length >= limits.waitingMax) {
        return Promise.reject(new TaskError('unavailable', `${waiting.length} reads wait already; try again`))
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => giveUp(read), limits.readMs)
        const read: Read = {
          text,
          parameters,
          // A promise is settled by its first answer; what comes after it changes nothing.
          settle(result) {
            clearTimeout(timer)
            if (result instanceof Error) reject(result)
            else resolve(result)
          },
        }
        waiting.push(read)
        next()
      })
    },
    close() {
      closed = true
      for (const read of waiting.splice(0)) read.settle(isClosed())
      for (const { read, child } of readers) {
        read?.settle(isClosed())
        child.kill('SIGKILL')
      }
    },
  }
}

/** One that idles keeps no program from ending. */
function keepAlive(child: ChildProcess, busy: boolean): void {
  if (busy) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}

function toRows({ columns, rows }: Answer): Row[] {
  return rows.map((values) => {
    const row: Row = {}
    for (const [place, name] of columns.entries()) row[name] = values[place]
    return row
  })
}

function failure({ message, code }: { readonly message: string; readonly code?: string }): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}

function isClosed(): TaskError {
  return new TaskError('unavailable', 'the database is closed')
}
