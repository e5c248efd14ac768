/** A call of each endpoint of saved views. */
import type { Client } from '#lib/worker/client.ts'
import type { Examples } from './examples.ts'
import { freshId } from './factories.ts'
import type { Stage } from './stage.ts'

type ViewExamples = Pick<Examples, 'listViews' | 'saveView' | 'changeView' | 'deleteView' | 'chooseDefaultView'>

const filters = { status: 'running', since: '24h' }

/** One of whoever is about to call. */
async function viewOf(_: Stage, caller: Client) {
  const { view } = await caller.call('saveView', { name: `Running ${freshId('view')}`, filters })
  return { viewId: view.id }
}

export const views: ViewExamples = {
  async listViews(stage, caller) {
    await viewOf(stage, caller)
    return { limit: 2 }
  },
  saveView: async () => ({ name: `Running ${freshId('view')}`, filters }),
  changeView: async (stage, caller) => ({ ...(await viewOf(stage, caller)), name: `Under way ${freshId('view')}` }),
  deleteView: viewOf,
  chooseDefaultView: viewOf,
}
