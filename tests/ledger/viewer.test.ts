import { expect, it } from 'vitest'
import { countMatching, getTask, listErrorGroups, listEvents, listTasks } from '#lib/ledger/index.ts'
import { begin, finish } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'
import { interruptedAfter, knowing, openUndoer, undo } from '../support/undoer.ts'

const MARKER = 'zebra-in-the-error'
const readerOf = (ledger: Ledger, role: 'viewer' | 'operator') =>
  ledger.contextOf({ actor: { kind: 'token', name: 'eve', role } })

forEachDialect('a viewer', (open) => {
  it('finds nothing by the words of an error, and is shown none among the errors of all', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { maxRetries: 0 })
    await finish(ledger, ref, { outcome: 'failed', error: { class: 'E', message: MARKER } })
    const found = async (role: 'viewer' | 'operator') => [
      (await listTasks(readerOf(ledger, role), { q: MARKER })).tasks.length,
      await countMatching(readerOf(ledger, role), { q: MARKER }, 10),
      JSON.stringify(await listErrorGroups(readerOf(ledger, role))).includes(MARKER),
    ]
    expect(await found('operator')).toEqual([1, 1, true])
    expect(await found('viewer')).toEqual([0, 0, false])
  })

  it('is not told what the handler of a step said, by the task, its steps or its history', async () => {
    const ledger = await open()
    const undoer = await openUndoer()
    undoer.answer((_call, response) => void response.writeHead(500).end(MARKER))
    const { taskId } = await interruptedAfter(ledger, knowing(ledger, undoer.url), ['branch'])
    await undo(knowing(ledger, undoer.url))
    const seen = async (role: 'viewer' | 'operator') => {
      const context = readerOf(ledger, role)
      return JSON.stringify([await getTask(context, { taskId }), await listEvents(context, { taskId })])
    }
    expect((await seen('operator')).split(MARKER)).toHaveLength(3)
    expect(await seen('viewer')).not.toContain(MARKER)
  })
})
