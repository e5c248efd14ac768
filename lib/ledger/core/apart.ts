import { attempt } from '#lib/db/savepoint.ts'
import type { Plan } from '#lib/db/types.ts'

export interface Parted<Item, Value> {
  readonly values: Value[]
  readonly failed: { readonly item: Item; readonly message: string }[]
}

/** Does it for all at once, and where that fails for each alone: what nothing can be done about holds up no other. */
export function* doApart<Item, Value>(
  items: readonly Item[],
  part: (items: readonly Item[]) => Plan<readonly Value[]>,
): Plan<Parted<Item, Value>> {
  const parted: Parted<Item, Value> = { values: [], failed: [] }
  if (items.length === 0) return parted
  const whole = yield* attempt(part(items))
  if (whole.ok) return { ...parted, values: [...whole.value] }
  for (const item of items) {
    const alone = yield* attempt(part([item]))
    if (alone.ok) parted.values.push(...alone.value)
    else parted.failed.push({ item, message: alone.error.message })
  }
  return parted
}
