import { FILTERS, type Filter, type Filters, hrefOf, without } from './task-query.ts'
import { Link } from './ui/link.tsx'

const CHIP = 'flex h-6 max-w-full items-center rounded-6 border border-line-2 text-12'

/** The filters of a query, each with a way to take it away, and as fields for a form that is sent without a script. */
export function QueryChips({ filters }: { filters: Filters }) {
  const windowed = (filters.since ?? filters.until ?? filters.incident) !== undefined
  return (
    <>
      {FILTERS.filter((filter) => filters[filter]).map((filter) => (
        <span key={filter} className={CHIP}>
          <span className="truncate px-2">
            <span className="text-ink-3">{filter === 'q' ? 'words' : filter}</span>{' '}
            {filters[filter]?.replaceAll(',', ', ')}
          </span>
          <Remove filters={filters} filter={filter} />
        </span>
      ))}
      {Object.entries(filters).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {!windowed && (
        <span className={`${CHIP} px-2 max-md:hidden`}>
          <span className="mr-1 text-ink-3">window</span> open, and sealed in 24 h
        </span>
      )}
    </>
  )
}

function Remove({ filters, filter }: { filters: Filters; filter: Filter }) {
  return (
    <Link
      href={hrefOf(without(filters, filter))}
      aria-label={`Remove ${filter === 'q' ? 'words' : filter}`}
      className="flex h-full w-6 items-center justify-center border-line-2 border-l text-ink-2 hover:bg-hover hover:text-ink"
    >
      ×
    </Link>
  )
}
