/** A worker's token speaks for its own workers only, and reads only what they have worked on. */
import { type Actor, type Context, hasWorkedOn, ownerOf } from '#lib/ledger/index.ts'
import { TaskError } from '#lib/task/errors.ts'

const REMEMBERED_MAX = 20_000

interface Owner {
  readonly tokenId: string | null
  readonly name: string
}

export interface OwnWork {
  /** The actor as history names it: a worker when the call speaks for one. Refuses a worker of somebody else. */
  actorFor(context: Context, workerIds: readonly string[]): Promise<Actor>
  assertReadable(context: Context, taskId: string): Promise<void>
}

export function createOwnWork(): OwnWork {
  // Neither the token nor the name of a worker ever changes.
  const remembered = new Map<string, Owner>()

  async function owner(context: Context, workerId: string): Promise<Owner | null> {
    const known = remembered.get(workerId)
    if (known) return known
    const found = await ownerOf(context, workerId)
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    if (found) remembered.set(workerId, found)
    return found
  }

  return {
    async actorFor(context, workerIds) {
      const { actor } = context
      const names = new Set<string>()
      for (const workerId of new Set(workerIds)) {
        const found = await owner(context, workerId)
        // A worker that does not exist belongs to nobody: the operation says not_found.
        if (!found) continue
        if (actor.role === 'worker' && found.tokenId !== actor.tokenId) {
          throw new TaskError('forbidden', `worker ${workerId} was registered with another token`, { workerId })
        }
        names.add(found.name)
      }
      const [name] = names
      // A batch of several workers is told as what brings it; each event names its worker beside.
      return name === undefined || names.size > 1 ? actor : { ...actor, kind: 'worker', name }
    },
    async assertReadable(context, taskId) {
      const { tokenId } = context.actor
      if (tokenId !== undefined && (await hasWorkedOn(context, tokenId, taskId))) return
      throw new TaskError('forbidden', `no worker of this token has worked on task ${taskId}`, { taskId })
    },
  }
}
