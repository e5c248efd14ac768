/**
 * Tells every instance on one PostgreSQL that something was committed. The notice goes out after the commit, on a
 * connection of its own and at most every few milliseconds: inside the transaction, NOTIFY would put all commits of the
 * database in one line. A notice that is lost costs a moment: listeners look by themselves every second as well.
 */
import pg from 'pg'

const CHANNEL = 'rollcall_commits'
const NOTIFY_EVERY_MS = 10
const RECONNECT_MS = 1000

export interface Wake {
  committed(work: string): void
  onCommit(listener: (works: ReadonlySet<string>) => void): () => void
  close(): Promise<void>
}

export async function listenForCommits(url: string): Promise<Wake> {
  const listeners = new Set<(works: ReadonlySet<string>) => void>()
  const works = new Set<string>()
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url })
    next.on('notification', ({ payload = '' }) => {
      const named = new Set(payload.split(','))
      for (const listener of listeners) listener(named)
    })
    // A connection that breaks may say so twice; two listeners would hear everything twice.
    next.on('error', () => {})
    next.once('end', () => {
      if (client !== next) return
      client = undefined
      retry()
    })
    await next.connect()
    await next.query(`LISTEN ${CHANNEL}`)
    client = next
  }

  function retry(): void {
    if (!closed) setTimeout(() => void connect().catch(retry), RECONNECT_MS).unref()
  }

  /** One at a time: the timer stays set until the notice is out, and what was committed meanwhile goes with the next. */
  async function notify(): Promise<void> {
    const payload = [...works].join(',')
    works.clear()
    await client?.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]).catch(() => {})
    timer = works.size > 0 && !closed ? setTimeout(() => void notify(), NOTIFY_EVERY_MS) : undefined
  }

  await connect()
  return {
    committed(work) {
      works.add(work)
      timer ??= setTimeout(() => void notify(), NOTIFY_EVERY_MS)
    },
    onCommit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await client?.end()
    },
  }
}
