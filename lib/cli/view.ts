/** Finds a saved view by what a person calls it. */
import { TaskError } from '#lib/task/errors.ts'
import type { View, ViewFilters } from '#lib/task/view.ts'
import type { Client } from '#lib/worker/client.ts'

const PAGE = 500

/** One's own comes before one of the same name that somebody else shares. */
export async function findView(client: Client, called: string): Promise<ViewFilters> {
  const { views } = await client.call('listViews', { limit: PAGE })
  const found = views.filter(({ id, name }) => id === called || name === called)
  const [view, other] = found.toSorted((left, right) => Number(right.mine) - Number(left.mine))
  if (view === undefined) {
    throw new TaskError('not_found', `no saved view is called “${called}”; there ${namesOf(views)}`)
  }
  if (!view.mine && other !== undefined) {
    const ids = found.map(({ id, owner }) => `${id} of ${owner}`).join(', ')
    throw new TaskError('validation', `view: several are called “${called}”, so give one of their ids: ${ids}`)
  }
  return view.filters
}

function namesOf(views: readonly View[]): string {
  return views.length === 0 ? 'is none yet' : `are ${views.map(({ name }) => `“${name}”`).join(', ')}`
}
