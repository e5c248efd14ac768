/** An HTTP handler that undoes steps, on a real socket, and what it was called with. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { carryOutStep } from '#lib/ledger/compensation/compensator.ts'
import { takeSteps } from '#lib/ledger/compensation/take-steps.ts'
import { type Context, recover, registerCompensation, startCompensator } from '#lib/ledger/index.ts'
import { createPolicy } from '#lib/task/recovery.ts'
import { Settings } from '#lib/task/settings.ts'
import { begin, pass } from './factories.ts'
import type { Ledger } from './ledger.ts'

export interface Call {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** The kind and target of the step, and the number of the try. */
  readonly told: string
}

export interface Undoer {
  readonly url: string
  readonly calls: Call[]
  /** What it answers; by default that the step is undone. */
  answer(respond: (call: Call, response: ServerResponse) => void): void
}

export async function openUndoer(): Promise<Undoer> {
  const calls: Call[] = []
  let respond = (_call: Call, response: ServerResponse): void => void response.writeHead(204).end()
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { kind, target, try: tries } = JSON.parse(text)
    const call = { path: request.url ?? '', headers: request.headers, text, told: `${kind} ${target} ${tries}` }
    calls.push(call)
    respond(call, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/undo`,
    calls,
    answer(next) {
      respond = next
    },
  }
}

/** What a handler computes to know that a call is ours. */
export function signatureOf({ headers, text }: Call, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${headers['rollcall-timestamp']}.${text}`).digest('hex')}`
}

/** Takes and carries out what is due now, until nothing is. */
export async function undo(context: Context, secrets: ReadonlyMap<string, string> = new Map()): Promise<number> {
  let count = 0
  for (let orders = await takeSteps(context, { max: 100 }); orders.length > 0; ) {
    count += orders.length
    await Promise.all(orders.map((order) => carryOutStep(context, order, secrets)))
    orders = await takeSteps(context, { max: 100 })
  }
  return count
}

/** The loop of a server, which ends with the test. */
export function startUndoing(context: Context): void {
  const compensator = startCompensator(context, {
    pollMs: 20,
    secrets: new Map(),
    onError(error) {
      throw error
    },
  })
  onTestFinished(() => compensator.stop())
}

/** Undoes branches and tags at the handler; nothing else is known. */
export function knowing(ledger: Ledger, url: string, changes: object = {}, strategy = 'compensate'): Context {
  const handlers = { branch: { url }, tag: { url, secret: 'TAG_SECRET' } }
  const settings = Settings.parse({ strategy, compensation: { handlers, ...changes } })
  return ledger.contextOf({ policy: createPolicy(settings) })
}

/** A task that did these things to the world, and whose worker then fell silent. */
export async function interruptedAfter(ledger: Ledger, context: Context, kinds: readonly string[]) {
  const { ref } = await begin(ledger, { sideEffects: true })
  for (const [index, kind] of kinds.entries()) {
    const step = { id: `s${index + 1}`, kind, target: `t${index + 1}`, reason: 'did it' }
    await registerCompensation(context, { ...ref, ...step })
  }
  await pass(ledger, 30_000)
  await sweepBy(context)
  return ref
}

export async function sweepBy(context: Context): Promise<void> {
  await recover(context, { trigger: 'sweep', sweepMs: 1000 })
}
