/**
 * Saved views. Invariant: a name stands once with its owner, and only its owner, or an admin for a shared one, changes a
 * view.
 */
import { v7 } from 'uuid'
import { run, statement } from '#lib/db/statement.ts'
import type { Plan, Refusal, Result, Row } from '#lib/db/types.ts'
import type { Actor } from '#lib/ledger/core/context.ts'
import { done, operation, refused } from '#lib/ledger/core/operation.ts'
import {
  type ChangeView,
  type ChooseDefaultView,
  type DeleteView,
  type SaveView,
  VIEWS_MAX,
  type View,
} from '#lib/task/view.ts'
import { ownerOf, toView } from './rows.ts'

const readNames = statement(
  'readViewNames',
  (d) => `SELECT v.id, v.name FROM ${d.rows('owner text')} JOIN saved_views AS v ON v.owner = c.owner`,
)

const insertViews = statement(
  'insertViews',
  (d) => `INSERT INTO saved_views (id, owner, owner_name, name, filters, shared, created_at, updated_at)
    SELECT c.id, c.owner, c.owner_name, c.name, c.filters, c.shared, c.at, c.at
    FROM ${d.rows('id text, owner text, owner_name text, name text, filters text, shared boolean, at bigint')} WHERE true
    ON CONFLICT DO NOTHING RETURNING *`,
)

/** Each runs by itself, so that no two of them take one name. */
const ALONE = () => ''

export const saveView = operation<SaveView, View>('saveView', ALONE, function* ({ now }, [request]) {
  if (!request) return []
  const { command, context } = request
  const owner = ownerOf(context.actor)
  const refusal = sharingRefusal(context.actor, command.shared) ?? (yield* nameRefusal(owner, command.name, null))
  if (refusal) return [refusal]
  const { name, shared = false } = command
  const told = { owner, owner_name: context.actor.name, name }
  const input = { id: v7(), ...told, filters: JSON.stringify(command.filters), shared, at: now }
  const [row] = yield* run(insertViews, [input])
  return [row ? done(toView(row, context.actor)) : taken(name)]
})

const readViews = statement(
  'readViews',
  (d) => `SELECT v.*, f.view_id AS default_id FROM ${d.rows('id text, asker text')} JOIN saved_views AS v ON v.id = c.id
    LEFT JOIN view_defaults AS f ON f.owner = c.asker AND f.view_id = v.id`,
)

const updateViews = statement(
  'updateViews',
  (d) => `UPDATE saved_views AS v SET name = c.called, filters = c.query, shared = c.is_shared, updated_at = c.at
    FROM ${d.rows('view_id text, expected bigint, called text, query text, is_shared boolean, at bigint')}
    WHERE v.id = c.view_id AND v.updated_at = c.expected
    RETURNING id, owner, owner_name, name, filters, shared, created_at, updated_at`,
)

export const changeView = operation<ChangeView, View>('changeView', ALONE, function* ({ now }, [request]) {
  if (!request) return []
  const { command, context } = request
  const own = yield* findOwn(command.viewId, context.actor)
  if (!own.ok) return [own]
  const { value: found } = own
  const name = command.name ?? String(found.name)
  const refusal =
    sharingRefusal(context.actor, command.shared) ?? (yield* nameRefusal(String(found.owner), name, command.viewId))
  if (refusal) return [refusal]
  const filters = command.filters === undefined ? found.filters : JSON.stringify(command.filters)
  const shared = command.shared ?? Boolean(found.shared)
  // A change within the same millisecond would be told apart by nothing else.
  const at = Math.max(now, Number(found.updated_at) + 1)
  const change = {
    view_id: command.viewId,
    expected: Number(found.updated_at),
    called: name,
    query: filters,
    is_shared: shared,
    at,
  }
  const [row] = yield* run(updateViews, [change])
  if (!row) return [refused('invalid_transition', 'the view was changed by somebody else meanwhile')]
  return [done(toView({ ...row, default_id: found.default_id }, context.actor))]
})

const deleteViews = statement(
  'deleteViews',
  (d) => `DELETE FROM saved_views WHERE id IN (SELECT c.id FROM ${d.rows('id text')}) RETURNING *`,
)
const deleteDefaults = statement(
  'deleteViewDefaults',
  (d) => `DELETE FROM view_defaults WHERE view_id IN (SELECT c.id FROM ${d.rows('id text')})`,
)

export const deleteView = operation<DeleteView, View>('deleteView', ALONE, function* (_, [request]) {
  if (!request) return []
  const { actor } = request.context
  const { viewId: id } = request.command
  const own = yield* findOwn(id, actor)
  if (!own.ok) return [own]
  yield* run(deleteDefaults, [{ id }])
  const [row] = yield* run(deleteViews, [{ id }])
  return [row ? done(toView(row, actor)) : unknown(id)]
})

const clearDefaults = statement(
  'clearViewDefaults',
  (d) => `DELETE FROM view_defaults WHERE owner IN (SELECT c.owner FROM ${d.rows('owner text')})`,
)
const insertDefaults = statement(
  'insertViewDefaults',
  (d) => `INSERT INTO view_defaults (owner, view_id) SELECT c.owner, c.view_id
    FROM ${d.rows('owner text, view_id text')} WHERE true`,
)

/** Answers the view that the list opens with from now on; null for none. */
export const chooseDefaultView = operation<ChooseDefaultView, View | null>(
  'chooseDefaultView',
  ALONE,
  function* (_, [request]) {
    if (!request) return []
    const { command, context } = request
    const owner = ownerOf(context.actor)
    const { viewId } = command
    const found = viewId === null ? null : yield* find(viewId, context.actor)
    if (found?.ok === false) return [found]
    yield* run(clearDefaults, [{ owner }])
    if (found === null) return [done(null)]
    yield* run(insertDefaults, [{ owner, view_id: viewId }])
    return [done(toView({ ...found.value, default_id: viewId }, context.actor))]
  },
)

/** One that the asker sees. What is private to somebody else is not there. */
function* find(id: string, actor: Actor): Plan<Result<Row>> {
  const [row] = yield* run(readViews, [{ id, asker: ownerOf(actor) }])
  return row && (row.owner === ownerOf(actor) || row.shared) ? done(row) : unknown(id)
}

function* findOwn(id: string, actor: Actor): Plan<Result<Row>> {
  const found = yield* find(id, actor)
  if (!found.ok || found.value.owner === ownerOf(actor) || actor.role === 'admin') return found
  const { name, owner_name } = found.value
  return refused('forbidden', `the view “${name}” belongs to ${owner_name}: save one of your own`)
}

function sharingRefusal(actor: Actor, shared: boolean | undefined): Refusal | null {
  if (!shared || actor.role === 'operator' || actor.role === 'admin') return null
  return refused('forbidden', `a ${actor.role} keeps views, and does not share them`)
}

function* nameRefusal(owner: string, name: string, except: string | null): Plan<Refusal | null> {
  const rows = yield* run(readNames, [{ owner }])
  const others = rows.filter(({ id }) => id !== except)
  if (others.some((row) => row.name === name)) return taken(name)
  if (others.length < VIEWS_MAX) return null
  return refused('validation', `${VIEWS_MAX} views are kept for one person: delete one first`, { limit: VIEWS_MAX })
}

function taken(name: string): Refusal {
  return refused('validation', `name: there is a view “${name}” already`)
}

function unknown(viewId: string): Refusal {
  return refused('not_found', `no view has the id ${viewId}, or it is private to somebody else`, { viewId })
}
