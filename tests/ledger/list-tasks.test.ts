import { expect, it } from 'vitest'
import { createTask, declareDead, listTasks } from '#lib/ledger/index.ts'
import type { CreateTask, ListTasks } from '#lib/task/commands.ts'
import { START_MS } from '../support/clock.ts'
import { begin, finish, freshId, hire, pass, sweep, taskOf } from '../support/factories.ts'
import { forEachDialect, type Ledger, rowsOf } from '../support/ledger.ts'

const HOUR_MS = 3_600_000
const at = (ms: number) => new Date(START_MS + ms).toISOString()

/** The ids that a query finds, in its order. */
async function ids({ context }: Ledger, query: ListTasks = {}): Promise<string[]> {
  return (await listTasks(context, query)).tasks.map(({ id }) => id)
}

async function create({ context }: Ledger, changes: Partial<CreateTask> = {}): Promise<string> {
  return (await createTask(context, taskOf(changes))).id
}

forEachDialect('listTasks', (open) => {
  it('gives the newest first, whole, as getTask does', async () => {
    const ledger = await open()
    const first = await create(ledger)
    ledger.clock.advance(1)
    const { task } = await begin(ledger, { labels: { team: 'core' }, payload: { deep: [1] }, requires: ['git'] })
    const page = await listTasks(ledger.context, {})
    expect(page).toMatchObject({ tasks: [task, { id: first }], nextCursor: null })
    expect(page.tasks[0]).toEqual(task)
  })

  it('finds nothing in an empty ledger', async () => {
    expect(await listTasks((await open()).context, {})).toEqual({ tasks: [], nextCursor: null })
  })

  it('shows the open of any age, and of the sealed those of the last 24 hours', async () => {
    const ledger = await open()
    const living = await hire(ledger, { leaseMs: HOUR_MS })
    const old = await create(ledger)
    const sealedThen = await begin(ledger, {}, living)
    const sealedLate = await begin(ledger, {}, living)
    await finish(ledger, sealedThen.ref)
    ledger.clock.advance(1)
    await finish(ledger, sealedLate.ref)
    ledger.clock.set(START_MS + 24 * HOUR_MS + 1)
    expect(new Set(await ids(ledger))).toEqual(new Set([old, sealedLate.task.id]))
    expect(await ids(ledger, { status: ['success'] })).toEqual([sealedLate.task.id])
    expect(await ids(ledger, { since: at(0) })).toHaveLength(3)
    expect(await ids(ledger, { id: [sealedThen.task.id] })).toEqual([sealedThen.task.id])
  })
})

forEachDialect('a filter of listTasks', (open) => {
  it('takes each field alone, and all of them together', async () => {
    const ledger = await open()
    const about = { repo: 'acme/api', agent: 'coder', user: 'ada', issueNumber: 7, labels: { team: 'core' } }
    const { task, worker } = await begin(ledger, about)
    for (const other of [{ repo: 'acme/web' }, { agent: 'tester' }, { user: 'bob' }, { issueNumber: 8 }, {}]) {
      await create(ledger, { ...about, labels: { team: 'web' }, ...other })
    }
    const alone: ListTasks[] = [{ status: ['running'] }, { worker: worker.id }, { label: 'team=core' }]
    for (const query of alone) expect(await ids(ledger, query)).toEqual([task.id])
    const shared: [ListTasks, number][] = [
      [{ repo: 'acme/api' }, 5],
      [{ agent: 'coder' }, 5],
      [{ user: 'ada' }, 5],
      [{ issue: 7 }, 5],
      [{ repo: 'acme/api', agent: 'coder' }, 4],
      [{ repo: 'acme/api', agent: 'coder', user: 'ada', issue: 7 }, 2],
    ]
    for (const [query, count] of shared) expect(await ids(ledger, query)).toHaveLength(count)
    const all = { status: ['running' as const], worker: worker.id, label: 'team=core', q: 'login', since: at(0) }
    expect(await ids(ledger, { ...Object.assign({}, ...shared.map(([query]) => query)), ...all })).toEqual([task.id])
    expect(await ids(ledger, { ...all, repo: 'acme/web' })).toEqual([])
  })

  it('takes several statuses, and none at all finds nothing', async () => {
    const ledger = await open()
    const queued = await create(ledger)
    const { task } = await begin(ledger)
    await finish(ledger, (await begin(ledger)).ref)
    expect(new Set(await ids(ledger, { status: ['queued', 'running'] }))).toEqual(new Set([queued, task.id]))
    expect(await ids(ledger, { status: [] })).toEqual([])
    expect(await ids(ledger, { id: [] })).toEqual([])
    expect(await ids(ledger, { status: ['quarantined'] })).toEqual([])
  })

  it('takes a worker by its id and by its name, of the newest attempt', async () => {
    const ledger = await open()
    const worker = await hire(ledger, { name: 'dev-1/blue' })
    const { task } = await begin(ledger, {}, worker)
    await begin(ledger)
    expect(await ids(ledger, { worker: worker.id })).toEqual([task.id])
    expect(await ids(ledger, { worker: 'dev-1/blue' })).toEqual([task.id])
    expect(await ids(ledger, { worker: 'dev-1' })).toEqual([])
    await declareDead(ledger.context, { workerId: worker.id })
    expect(await ids(ledger, { worker: 'dev-1/blue' })).toEqual([task.id])
  })

  it('takes a label by its key, or by key and value, whatever stands in them', async () => {
    const ledger = await open()
    const core = await create(ledger, { labels: { team: 'core', 'a.b/c': 'x=y' } })
    const web = await create(ledger, { labels: { team: 'web', empty: '' } })
    await create(ledger)
    expect(new Set(await ids(ledger, { label: 'team' }))).toEqual(new Set([core, web]))
    expect(await ids(ledger, { label: 'team=core' })).toEqual([core])
    expect(await ids(ledger, { label: 'a.b/c=x=y' })).toEqual([core])
    expect(await ids(ledger, { label: 'empty=' })).toEqual([web])
    expect(await ids(ledger, { label: 'team=' })).toEqual([])
    expect(await ids(ledger, { label: "team' OR '1'='1" })).toEqual([])
  })

  it('takes what was created from one instant up to another', async () => {
    const ledger = await open()
    const made = []
    for (let index = 0; index < 3; index += 1) {
      made.push(await create(ledger))
      ledger.clock.advance(1000)
    }
    expect(await ids(ledger, { since: at(1000) })).toEqual([made[2], made[1]])
    expect(await ids(ledger, { until: at(1000) })).toEqual([made[0]])
    expect(await ids(ledger, { since: at(1000), until: at(2000) })).toEqual([made[1]])
    expect(await ids(ledger, { since: '2026-11-21T09:00:02.000+01:00' })).toEqual([made[2]])
  })

  it('takes the tasks of an incident, sealed or not, however old', async () => {
    const ledger = await open()
    const doomed = await hire(ledger)
    const { task } = await begin(ledger, {}, doomed)
    await begin(ledger, { maxInterruptions: 0 }, doomed)
    await create(ledger)
    await pass(ledger, 30_000)
    await sweep(ledger)
    const [incident] = await rowsOf(ledger, 'incidents')
    ledger.clock.advance(48 * HOUR_MS)
    const found = await listTasks(ledger.context, { incident: String(incident?.id) })
    expect(found.tasks.map(({ status }) => status).toSorted()).toEqual(['interrupted', 'quarantined'])
    expect(found.tasks.map(({ id }) => id)).toContain(task.id)
    expect(await ids(ledger, { incident: 'none' })).toEqual([])
  })
})

forEachDialect('a figure, a cause or an exclusion in listTasks', (open) => {
  it('compares the cost and the number of attempts, of which an unknown one is neither more nor less', async () => {
    const ledger = await open()
    const dear = await begin(ledger)
    await finish(ledger, dear.ref, { costUsd: 7.25 })
    const cheap = await begin(ledger)
    await finish(ledger, cheap.ref, { costUsd: 0.5 })
    const unknown = await create(ledger)
    expect(await ids(ledger, { cost: '>5' })).toEqual([dear.task.id])
    expect(await ids(ledger, { cost: '<=0.5' })).toEqual([cheap.task.id])
    expect(await ids(ledger, { cost: '7.25' })).toEqual([dear.task.id])
    expect(new Set(await ids(ledger, { cost: '>=0' }))).toEqual(new Set([dear.task.id, cheap.task.id]))
    expect(await ids(ledger, { attempts: '<1' })).toEqual([unknown])
    expect(await ids(ledger, { attempts: '>0' })).toHaveLength(2)
    expect(await ids(ledger, { attempts: '1', cost: '<1' })).toEqual([cheap.task.id])
  })

  it('takes the whole class of an error, a model, and why an attempt ended', async () => {
    const ledger = await open()
    const { ref } = await begin(ledger, { model: 'large-1' })
    await finish(ledger, ref, { outcome: 'failed', error: { class: 'TimeoutError', message: 'no answer' } })
    const { task, worker } = await begin(ledger, { model: 'small-1' })
    await declareDead(ledger.context, { workerId: worker.id })
    expect(await ids(ledger, { error: 'TimeoutError' })).toEqual([ref.taskId])
    expect(await ids(ledger, { error: 'Timeout' })).toEqual([])
    expect(await ids(ledger, { model: 'small-1' })).toEqual([task.id])
    expect(await ids(ledger, { cause: 'declared' })).toEqual([task.id])
    expect(await ids(ledger, { cause: 'proven' })).toEqual([])
  })

  it('leaves out what it is told to, and nothing that has no such value', async () => {
    const ledger = await open()
    const about = { repo: 'acme/api', agent: 'my "own" agent', model: 'large-1', user: 'ada', issueNumber: 7 }
    const worker = await hire(ledger, { name: 'dev-1/blue' })
    const { task } = await begin(ledger, { ...about, labels: { team: 'core' } }, worker)
    const { ref } = await begin(ledger, { labels: { team: 'web' } })
    await finish(ledger, ref, { outcome: 'failed', error: { class: 'TimeoutError', message: 'no answer' } })
    const bare = await create(ledger)
    const [first, second] = [task.id, ref.taskId]
    const left: [string, string[]][] = [
      ['repo:acme/api', [second, bare]],
      ['agent:"my \\"own\\" agent"', [second, bare]],
      ['model:large-1 user:ada', [second, bare]],
      ['issue:7', [second, bare]],
      ['issue:8', [first, second, bare]],
      [`worker:${worker.id}`, [second, bare]],
      ['worker:dev-1/blue', [second, bare]],
      ['label:team', [bare]],
      ['label:team=core', [second, bare]],
      ['error:TimeoutError', [first, bare]],
      ['status:failed,queued', [first]],
      ['status:failed status:queued', [first]],
      ['cause:proven incident:none', [first, second, bare]],
    ]
    for (const [not, found] of left) expect([not, new Set(await ids(ledger, { not }))]).toEqual([not, new Set(found)])
    expect(await ids(ledger, { repo: 'acme/api', not: 'agent:other' })).toEqual([first])
    expect(await ids(ledger, { not: `repo:"' OR 1=1 --"` })).toHaveLength(3)
  })
})

forEachDialect('a search of listTasks', (open) => {
  it('finds every word somewhere in the title, the reason, the error or the id', async () => {
    const ledger = await open()
    const titled = await create(ledger, { title: 'Fix the Login page' })
    const { ref } = await begin(ledger, { title: 'Deploy', id: freshId('needle') })
    const error = { class: 'TimeoutError', message: 'the registry did not answer' }
    await finish(ledger, ref, { outcome: 'failed', reason: 'exit code 7', error })
    expect(await ids(ledger, { q: 'login' })).toEqual([titled])
    expect(await ids(ledger, { q: '  PAGE   fix ' })).toEqual([titled])
    expect(await ids(ledger, { q: 'fix registry' })).toEqual([])
    for (const q of ['timeouterror', 'registry answer', 'exit code', ref.taskId, 'needle-', 'deploy needle registry']) {
      expect(await ids(ledger, { q })).toEqual([ref.taskId])
    }
    expect(await ids(ledger, { q: ' ' })).toHaveLength(2)
  })

  it('takes every sign for itself: % _ \\ and quotes', async () => {
    const ledger = await open()
    const titles = ['100% done', 'a_b', String.raw`C:\temp\new`, 'it\'s "quoted"', '$1 and ?1', 'plain axb 100 done']
    const made = new Map<string, string>()
    for (const title of titles) made.set(title, await create(ledger, { title }))
    const finds: [string, string][] = [
      ['100%', '100% done'],
      ['%', '100% done'],
      ['a_b', 'a_b'],
      ['_', 'a_b'],
      ['\\', String.raw`C:\temp\new`],
      [String.raw`temp\new`, String.raw`C:\temp\new`],
      ["it's", 'it\'s "quoted"'],
      ['"quoted"', 'it\'s "quoted"'],
      ['$1', '$1 and ?1'],
      ['?1', '$1 and ?1'],
    ]
    for (const [q, title] of finds) expect([q, await ids(ledger, { q })]).toEqual([q, [made.get(title)]])
    expect(await ids(ledger, { q: "'; DROP TABLE task_history; --" })).toEqual([])
    expect(await rowsOf(ledger, 'task_history')).toHaveLength(titles.length)
  })
})
