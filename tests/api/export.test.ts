/** Tasks as files: every one that matches, once, in a form that spreadsheets read and do not carry out. */
import { expect, it } from 'vitest'
import { tasksAsCsv, tasksAsJson } from '#lib/api/export.ts'
import { outputAsText } from '#lib/api/export-output.ts'
import { appendOutput, createTask } from '#lib/ledger/index.ts'
import { begin, taskOf } from '../support/factories.ts'
import { forEachDialect } from '../support/ledger.ts'

async function all(content: AsyncGenerator<string>): Promise<string> {
  let text = ''
  for await (const part of content) text += part
  return text
}

forEachDialect('an export', (open) => {
  it('holds every task that matches once, over as many pages as it takes', async () => {
    const { context } = await open()
    await createTask.many(
      context,
      Array.from({ length: 620 }, () => taskOf({ repo: 'acme/api' })),
    )
    await createTask(context, taskOf({ repo: 'acme/web' }))
    const [head, ...lines] = (await all(tasksAsCsv(context, { query: { repo: 'acme/api' } }))).trimEnd().split('\r\n')
    expect(head).toMatch(/^id,status,sealed_at,title,repo,/)
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(620)
    const { tasks } = JSON.parse(await all(tasksAsJson(context, { query: { repo: 'acme/api' } })))
    expect(tasks).toHaveLength(620)
  })

  it('says so where there are more than a file holds', async () => {
    const { context } = await open()
    await createTask.many(
      context,
      Array.from({ length: 501 }, () => taskOf()),
    )
    const lines = (await all(tasksAsCsv(context, { query: {}, max: 500 }))).trimEnd().split('\r\n')
    expect(lines).toHaveLength(502)
    expect(lines.at(-1)).toBe('(there are more than a file holds: narrow the filter)')
    const { tasks, complete } = JSON.parse(await all(tasksAsJson(context, { query: {}, max: 500 })))
    expect([tasks.length, complete]).toEqual([500, false])
  })

  it('keeps commas, quotes and lines within their cell, and lets no cell be a formula', async () => {
    const { context } = await open()
    await createTask(context, taskOf({ id: 'one', title: '=HYPERLINK("http://x")', repo: 'a,b', labels: {} }))
    const text = await all(tasksAsCsv(context, { query: {} }))
    expect(text.split('\r\n')[1]).toMatch(/^one,queued,,"'=HYPERLINK\(""http:\/\/x""\)","a,b",/)
  })

  it('is whole as JSON without a task, and with what it is told beside them', async () => {
    const { context } = await open()
    expect(JSON.parse(await all(tasksAsJson(context, { query: {} })))).toEqual({ tasks: [], complete: true })
    const beside = { incident: { id: 'i' } }
    const text = await all(tasksAsJson(context, { query: {}, beside }))
    expect(JSON.parse(text)).toEqual({ ...beside, tasks: [], complete: true })
  })
})

forEachDialect('the output of an attempt as text', (open) => {
  it('is all of it in its order, with a line where some was dropped', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger)
    const gap = { from: 601, to: 603, bytes: 42 }
    const messages = Array.from({ length: 600 }, (_, index) => messageOf(index + 1))
    await appendOutput(ledger.context, { ...ref, messages })
    await appendOutput(ledger.context, { ...ref, messages: [{ ...messageOf(604), dropped: gap }] })
    const text = await all(outputAsText(ledger.context, ref))
    const lines = messages.map(({ data }) => data).join('')
    const told = '\n[gap: messages 601 to 603 of stdout, 42 bytes, were dropped before they reached the ledger]\n'
    expect(text).toBe(`${lines}${told}line 604\n`)
  })
})

function messageOf(sequence: number) {
  return { id: `m${sequence}`, stream: 'stdout' as const, sequence, data: `line ${sequence}\n` }
}
