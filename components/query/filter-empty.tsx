import { Age } from '#components/look/time.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { MOMENTS } from '#lib/task/window.ts'
import { type Filters, hrefOf } from './task-query.ts'

/** Nothing matches: the window may be too narrow, or the filter wrong. Interrupted tasks are missed by nobody. */
export function FilterEmpty({ filters, asOf }: { filters: Filters; asOf: string }) {
  const clear = hrefOf(filters) !== '/tasks' && <ButtonLink href="/tasks">Clear the filter</ButtonLink>
  if (filters.status === 'interrupted' && Object.keys(filters).length === 1) {
    return (
      <Empty of="tasks" kind="good" action={clear}>
        Checked <Age at={asOf} ago />.
      </Empty>
    )
  }
  const wider = widerThan(filters)
  const action = (
    <>
      {wider && <ButtonLink href={hrefOf({ ...filters, since: wider.since })}>{`Look at ${wider.words}`}</ButtonLink>}
      {clear}
    </>
  )
  return <Empty of={listOf(filters)} kind="filtered" action={action} />
}

function listOf(filters: Filters) {
  if (filters.at !== undefined) return 'tasksThen'
  return MOMENTS.some((name) => filters[name] !== undefined) ? 'tasksInWindow' : 'tasks'
}

const WIDER = [
  { since: '7d', words: '7 days', from: [undefined, '1h', '3h', '24h'] },
  { since: '30d', words: '30 days', from: ['7d'] },
  { since: '365d', words: 'a year', from: ['30d'] },
]

/** Where it begins may be moved back; a filter that says where it ends, or at which moment it was, knows what it is about. */
function widerThan({ at, since, until }: Filters) {
  return at === undefined && until === undefined ? WIDER.find(({ from }) => from.includes(since)) : undefined
}
