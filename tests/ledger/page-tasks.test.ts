import { expect, it } from 'vitest'
import { createTask, listTasks } from '#lib/ledger/index.ts'
import type { ListTasks } from '#lib/task/commands.ts'
import { begin, codeOf, finish, hire, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const create = async ({ context }: Ledger) => (await createTask(context, taskOf())).id

/** All pages from the first on; `between` runs after each of them. */
async function pages(ledger: Ledger, query: ListTasks, between: () => Promise<unknown> = async () => {}) {
  const found: string[][] = []
  let cursor: string | undefined
  do {
    const page = await listTasks(ledger.context, { ...query, ...(cursor === undefined ? {} : { cursor }) })
    found.push(page.tasks.map(({ id }) => id))
    cursor = page.nextCursor ?? undefined
    await between()
  } while (cursor !== undefined)
  return found
}

forEachDialect('the pages of listTasks', (open) => {
  it('have every task once, though all were created in one millisecond', async () => {
    const ledger = await open()
    const made = await Promise.all(Array.from({ length: 23 }, () => create(ledger)))
    const found = await pages(ledger, { limit: 5 })
    expect(found.map(({ length }) => length)).toEqual([5, 5, 5, 5, 3])
    expect(found.flat().toSorted()).toEqual(made.toSorted())
    const { tasks } = await listTasks(ledger.context, { limit: 500 })
    expect(found.flat()).toEqual(tasks.map(({ id }) => id))
  })

  it('end without an empty one when the last is full', async () => {
    const ledger = await open()
    for (let index = 0; index < 10; index += 1) await create(ledger)
    expect((await pages(ledger, { limit: 5 })).map(({ length }) => length)).toEqual([5, 5])
  })

  it('lose and double nothing while tasks are added and sealed', async () => {
    const ledger = await open()
    const living = await hire(ledger, { leaseMs: 3_600_000 })
    const under: Awaited<ReturnType<typeof begin>>[] = []
    for (let index = 0; index < 12; index += 1) {
      under.push(await begin(ledger, {}, living))
      if (index % 3 === 0) ledger.clock.advance(1)
    }
    const made = under.map(({ task }) => task.id)
    const found = await pages(ledger, { limit: 3 }, async () => {
      ledger.clock.advance(1)
      await create(ledger)
      const next = under.pop()
      if (next) await finish(ledger, next.ref)
      const oldest = under.shift()
      if (oldest) await finish(ledger, oldest.ref)
    })
    expect(found.flat().toSorted()).toEqual(made.toSorted())
  })

  it('are 50 long unless asked otherwise', async () => {
    const ledger = await open()
    await createTask.many(
      ledger.context,
      Array.from({ length: 60 }, () => taskOf()),
    )
    const page = await listTasks(ledger.context, {})
    expect(page.tasks).toHaveLength(50)
    expect(page.nextCursor).not.toBeNull()
  })

  it('refuse a cursor that is not theirs', async () => {
    const ledger = await open()
    await create(ledger)
    const forge = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url')
    const foreign = [forge('events', 5), forge('tasks', 'x', 'y'), forge('tasks', 1), forge('tasks', 1, 'a', 'b')]
    for (const cursor of [...foreign, 'nonsense', '', forge('tasks', 1.5, 'a'), forge('tasks', 1, 'a\u0000')]) {
      expect(await codeOf(listTasks(ledger.context, { cursor }))).toBe('validation')
    }
  })
})
