/** A reader of the event stream, as a browser is one. */
import type { TaskEvent } from '#lib/task/schema.ts'
import { eventually } from './eventually.ts'
import type { Server } from './server.ts'

export interface Message {
  readonly id: string
  readonly type: string
  readonly event: TaskEvent
  /** When it arrived here, by the clock of `performance.now()`. */
  readonly arrivedMs: number
}

export interface Listening {
  readonly status: number
  readonly headers: Headers
  /** All that have arrived, in their order. */
  readonly messages: readonly Message[]
  /** Resolves when the stream is over, whoever ended it. */
  readonly ended: Promise<void>
  /** Waits for messages of which this is true, and gives those. */
  until(wanted: (message: Message) => boolean, count?: number, withinMs?: number): Promise<Message[]>
  close(): void
}

export interface ListenOptions {
  readonly task?: string
  readonly after?: string
  readonly lastEventId?: string
  /** Sent instead of the admin token. */
  readonly headers?: Readonly<Record<string, string>>
}

export async function listen(server: Server, options: ListenOptions = {}): Promise<Listening> {
  const { task, after, lastEventId, headers = { authorization: `Bearer ${server.adminToken}` } } = options
  const query = new URLSearchParams({ ...(task ? { task } : {}), ...(after ? { after } : {}) })
  const leaving = new AbortController()
  const response = await fetch(`${server.url}/api/v1/events/stream?${query}`, {
    headers: { ...headers, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
    signal: leaving.signal,
  })
  const messages: Message[] = []
  const ended = collect(response, messages).catch(() => {})
  return {
    status: response.status,
    headers: response.headers,
    messages,
    ended,
    // On PostgreSQL an event is told once older transactions of the cluster are over, and other tests share it.
    async until(wanted, count = 1, withinMs = 45_000) {
      const enough = () => messages.filter(wanted).length >= count && messages.filter(wanted)
      return eventually(`${count} messages of the stream`, enough, withinMs)
    },
    close: () => leaving.abort(),
  }
}

async function collect({ body }: Response, messages: Message[]): Promise<void> {
  let rest = ''
  // Node's response bodies can be iterated, which the types of the web do not tell.
  const chunks = body?.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string> | undefined
  for await (const chunk of chunks ?? []) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => fieldOf(line)))
      const data = fields.get('data')
      if (data === undefined) continue
      const [id = '', type = ''] = [fields.get('id'), fields.get('event')]
      messages.push({ id, type, event: JSON.parse(data) as TaskEvent, arrivedMs: performance.now() })
    }
  }
}

function fieldOf(line: string): [string, string] {
  const end = line.indexOf(':')
  return [line.slice(0, end), line.slice(end + 1).trimStart()]
}
