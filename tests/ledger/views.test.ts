/** Saved views: whose they are, who sees and changes them, and how many there may be. */
import { expect, it } from 'vitest'
import { changeView, chooseDefaultView, deleteView, findDefaultView, listViews, saveView } from '#lib/ledger/index.ts'
import type { Role } from '#lib/task/schema.ts'
import { SaveView, VIEWS_MAX } from '#lib/task/view.ts'
import { codeOf } from '../support/factories.ts'
import { forEachDialect, type Ledger } from '../support/ledger.ts'

const filters = { status: 'interrupted,failed', since: '24h' }
const as = (ledger: Ledger, name: string, role: Role = 'operator') =>
  ledger.contextOf({ actor: { kind: 'person', name, role } })
const namesOf = async (context: Ledger['context']) => (await listViews(context, {})).views.map(({ name }) => name)

forEachDialect('a saved view', (open) => {
  it('is its owner’s alone until it is shared, and theirs to change', async () => {
    const ledger = await open()
    const [ada, bob, root] = [as(ledger, 'ada'), as(ledger, 'bob'), as(ledger, 'root', 'admin')]
    const view = await saveView(ada, { name: 'Mine', filters })
    expect(view).toMatchObject({ name: 'Mine', filters, shared: false, owner: 'ada', mine: true, isDefault: false })
    expect(await namesOf(bob)).toEqual([])
    expect(await codeOf(changeView(bob, { viewId: view.id, name: 'His' }))).toBe('not_found')
    expect(await codeOf(deleteView(root, { viewId: view.id }))).toBe('not_found')

    await changeView(ada, { viewId: view.id, shared: true })
    expect((await listViews(bob, {})).views).toMatchObject([{ id: view.id, mine: false, shared: true }])
    expect(await codeOf(changeView(bob, { viewId: view.id, name: 'His' }))).toBe('forbidden')
    expect(await codeOf(deleteView(bob, { viewId: view.id }))).toBe('forbidden')
    expect(await changeView(ada, { viewId: view.id, name: 'Ours', filters: {} })).toMatchObject({
      name: 'Ours',
      filters: {},
    })
    expect(await changeView(root, { viewId: view.id, name: 'Theirs' })).toMatchObject({ name: 'Theirs', owner: 'ada' })
    await deleteView(root, { viewId: view.id })
    expect(await namesOf(ada)).toEqual([])
  })

  it('stays with its member, not with the name, which another may bear later', async () => {
    const ledger = await open()
    const member = (memberId: string) =>
      ledger.contextOf({ actor: { kind: 'person', name: 'ada', role: 'operator', memberId } })
    const token = ledger.contextOf({ actor: { kind: 'token', name: 'ada', role: 'operator', tokenId: 'm1' } })
    await saveView(member('m1'), { name: 'Mine', filters })
    expect(await namesOf(member('m2'))).toEqual([])
    expect(await namesOf(token)).toEqual([])
    expect((await listViews(member('m1'), {})).views).toMatchObject([{ owner: 'ada', mine: true }])
  })

  it('is kept by a viewer, and shared by an operator only', async () => {
    const ledger = await open()
    const viewer = as(ledger, 'vera', 'viewer')
    expect(await codeOf(saveView(viewer, { name: 'For all', filters, shared: true }))).toBe('forbidden')
    const { id: viewId } = await saveView(viewer, { name: 'For me', filters })
    expect(await codeOf(changeView(viewer, { viewId, shared: true }))).toBe('forbidden')
    expect(await namesOf(viewer)).toEqual(['For me'])
  })

  it('has a name of its own with its owner, also when two ask at once', async () => {
    const ledger = await open()
    const [ada, bob] = [as(ledger, 'ada'), as(ledger, 'bob')]
    const saved = await Promise.allSettled([1, 2].map(() => saveView(ada, { name: 'Mine', filters })))
    expect(saved.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const other = await saveView(ada, { name: 'Other', filters })
    expect(await codeOf(changeView(ada, { viewId: other.id, name: 'Mine' }))).toBe('validation')
    expect(await changeView(ada, { viewId: other.id, name: 'Other', shared: true })).toMatchObject({ shared: true })
    await saveView(bob, { name: 'Mine', filters })
    expect(await namesOf(bob)).toEqual(['Mine', 'Other'])
  })

  it('is one of a hundred at most', async () => {
    const ledger = await open()
    const ada = as(ledger, 'ada')
    const saved = await saveView.many(
      ada,
      Array.from({ length: VIEWS_MAX + 1 }, (_, index) => ({ name: `View ${index}`, filters })),
    )
    expect(saved.filter(({ ok }) => ok)).toHaveLength(VIEWS_MAX)
    const { views, nextCursor } = await listViews(ada, { limit: 60 })
    const rest = await listViews(ada, { limit: 60, cursor: nextCursor ?? '' })
    expect(new Set([...views, ...rest.views].map(({ id }) => id)).size).toBe(VIEWS_MAX)
    const [first] = views
    expect(await changeView(ada, { viewId: first?.id ?? '', name: 'Still' })).toMatchObject({ name: 'Still' })
    await deleteView(ada, { viewId: first?.id ?? '' })
    expect(await saveView(ada, { name: 'One more', filters })).toMatchObject({ name: 'One more' })
  })

  it('is what one person’s list opens with, while they see it', async () => {
    const ledger = await open()
    const [ada, bob] = [as(ledger, 'ada'), as(ledger, 'bob')]
    const mine = await saveView(ada, { name: 'Mine', filters })
    const shared = await saveView(ada, { name: 'Ours', filters, shared: true })
    expect(await codeOf(chooseDefaultView(bob, { viewId: mine.id }))).toBe('not_found')
    await chooseDefaultView(bob, { viewId: shared.id })
    expect(await codeOf(chooseDefaultView(bob, { viewId: mine.id }))).toBe('not_found')
    expect(await findDefaultView(bob)).toMatchObject({ id: shared.id, isDefault: true })
    expect(await findDefaultView(ada)).toBeNull()
    await changeView(ada, { viewId: shared.id, shared: false })
    expect(await findDefaultView(bob)).toBeNull()
    await chooseDefaultView(ada, { viewId: shared.id })
    await chooseDefaultView(ada, { viewId: mine.id })
    expect((await listViews(ada, {})).views.map(({ isDefault }) => isDefault)).toEqual([true, false])
    await deleteView(ada, { viewId: mine.id })
    expect(await findDefaultView(ada)).toBeNull()
    expect(await chooseDefaultView(ada, { viewId: null })).toBeNull()
  })
})

it('takes only filters that the list takes', () => {
  const given = (more: object) => SaveView.safeParse({ name: 'Mine', filters: more }).success
  expect(given({ status: 'running', since: '7d', until: '2026-11-21', issue: '7', q: 'login' })).toBe(true)
  for (const wrong of [{ status: 'runing' }, { since: 'yesterday' }, { issue: 'x' }, { nobody: '1' }, { repo: '' }]) {
    expect([wrong, given(wrong)]).toEqual([wrong, false])
  }
})
