import { expect, it } from 'vitest'
import { createTask, listTaskValues } from '#lib/ledger/index.ts'
import { START_MS } from '../support/clock.ts'
import { begin, finish, hire, taskOf } from '../support/factories.ts'
import { forEachDialect } from '../support/ledger.ts'

forEachDialect('listTaskValues', (open) => {
  it('gives what tasks have, the most frequent first, and nothing where none has any', async () => {
    const { context } = await open()
    for (const repo of ['acme/web', 'acme/api', 'acme/api']) await createTask(context, taskOf({ repo }))
    await createTask(context, taskOf())
    expect(await listTaskValues(context, { of: 'repo' })).toEqual({ values: ['acme/api', 'acme/web'] })
    expect(await listTaskValues(context, { of: 'repo', limit: 1 })).toEqual({ values: ['acme/api'] })
    expect(await listTaskValues(context, { of: 'model' })).toEqual({ values: [] })
  })

  it('gives those that hold a part, in any case, and takes every sign for itself', async () => {
    const { context } = await open()
    for (const agent of ['Coder', 'code_review', '100%', "it's"]) await createTask(context, taskOf({ agent }))
    const found = async (q: string) => (await listTaskValues(context, { of: 'agent', q })).values.toSorted()
    expect(await found('ODE')).toEqual(['Coder', 'code_review'])
    expect(await found('_')).toEqual(['code_review'])
    expect(await found('%')).toEqual(['100%'])
    expect(await found("'")).toEqual(["it's"])
    expect(await found('zebra')).toEqual([])
  })

  it('knows models, users, labels and the classes of errors', async () => {
    const ledger = await open()
    const about = { model: 'large-1', user: 'ada', labels: { team: 'core', 'a.b/c': 'x=y' } }
    const { ref } = await begin(ledger, about)
    await finish(ledger, ref, { outcome: 'failed', error: { class: 'TimeoutError', message: 'no answer' } })
    const valuesOf = async (of: 'model' | 'user' | 'label' | 'error') =>
      (await listTaskValues(ledger.context, { of })).values
    expect(await valuesOf('model')).toEqual(['large-1'])
    expect(await valuesOf('user')).toEqual(['ada'])
    expect(await valuesOf('label')).toEqual(['a.b/c=x=y', 'team=core'])
    expect(await valuesOf('error')).toEqual(['TimeoutError'])
  })

  it('looks at the newest 5,000 and at no more, however long the past is', async () => {
    const ledger = await open()
    await createTask(ledger.context, taskOf({ repo: 'acme/oldest', labels: { team: 'oldest' } }))
    await createTask(ledger.context, taskOf({ repo: 'acme/old', labels: { team: 'old' } }))
    await ledger.sql(`WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 4999)
      INSERT INTO task_history (id, title, repo, status, created_at, updated_at)
      SELECT 'new-' || n, 'Fix login', 'acme/new', 'queued', ${START_MS} + n, ${START_MS} + n FROM s`)
    await ledger.sql(`UPDATE task_history SET created_at = ${START_MS} - 1 WHERE repo = 'acme/oldest'`)
    expect(await listTaskValues(ledger.context, { of: 'repo' })).toEqual({ values: ['acme/new', 'acme/old'] })
    expect(await listTaskValues(ledger.context, { of: 'label' })).toEqual({ values: ['team=old'] })
  })

  it('gives the names of workers once each, those that came last first', async () => {
    const ledger = await open()
    for (const name of ['dev-1', 'dev-2', 'dev-1', 'gpu-1']) {
      await hire(ledger, { name })
      ledger.clock.advance(1)
    }
    expect(await listTaskValues(ledger.context, { of: 'worker' })).toEqual({ values: ['gpu-1', 'dev-1', 'dev-2'] })
    expect(await listTaskValues(ledger.context, { of: 'worker', q: 'DEV' })).toEqual({ values: ['dev-1', 'dev-2'] })
  })
})
