import { formatCount } from '#components/look/format.ts'
import { Moment } from '#components/look/time.tsx'
import { type Filters, hrefOf } from '#components/query/task-query.ts'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'

export interface ErrorRow {
  readonly errorClass: string
  readonly message: string | null
  readonly counts: Readonly<Record<string, number>>
  readonly open: number
  readonly lastAt: string
}

const WINDOWS = ['1h', '3h', '24h', '7d'] as const

/** What goes wrong, class by window; each figure leads to its tasks. */
export function ErrorMatrix({ groups }: { groups: readonly ErrorRow[] }) {
  if (groups.length === 0) return <Empty of="errors" kind="good" />
  return (
    <Table aria-label="Errors">
      <thead>
        <tr>
          <Th className="w-[220px] max-md:w-auto">Class</Th>
          <Th className="max-md:hidden">Message of one of them</Th>
          {WINDOWS.map((name) => (
            <Th key={name} figure className={`w-[76px] max-md:w-[60px] ${name === '3h' ? 'max-md:hidden' : ''}`}>
              {name.replace(/\d+/, '$& ')}
            </Th>
          ))}
          <Th figure className="w-[90px] max-lg:hidden">
            Not sealed
          </Th>
          <Th figure className="w-[100px] max-lg:hidden">
            Newest task
          </Th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <ErrorGroupRow key={group.errorClass} group={group} />
        ))}
      </tbody>
    </Table>
  )
}

function ErrorGroupRow({ group }: { group: ErrorRow }) {
  const { errorClass, message, counts, open, lastAt } = group
  return (
    <tr data-error={errorClass} className="hover:bg-hover">
      <Td className="mono text-bad-fg" title={errorClass}>
        {errorClass}
      </Td>
      <Td className="text-ink-2 max-md:hidden" title={message ?? undefined}>
        {message}
      </Td>
      {WINDOWS.map((since) => (
        <Td key={since} figure className={since === '3h' ? 'max-md:hidden' : ''}>
          <Figure count={counts[since] ?? 0} filters={{ error: errorClass, since }} />
        </Td>
      ))}
      <Td figure className="max-lg:hidden">
        <Figure
          count={open}
          filters={{ error: errorClass, since: '7d', status: 'failed,interrupted,assigned,running' }}
        />
      </Td>
      <Td figure className="text-ink-2 max-lg:hidden">
        <Moment at={lastAt} />
      </Td>
    </tr>
  )
}

function Figure({ count, filters }: { count: number; filters: Filters }) {
  if (count === 0) return <span className="text-ink-3">0</span>
  return (
    <Link href={hrefOf(filters)} className="hover:underlined">
      {formatCount(count)}
    </Link>
  )
}
