import { Link } from '#components/ui/link.tsx'
import { including, leftOutOf } from './exclusions.ts'
import { FILTERS, type Filters, hrefOf, without } from './task-query.ts'

const CHIP = 'flex h-6 max-w-full items-center rounded-6 border border-line-2 text-12 max-md:h-8'

/** The filters of a query, each with a way to take it away, and as fields for a form that is sent without a script. */
export function QueryChips({ filters }: { filters: Filters }) {
  const windowed = (filters.since ?? filters.until ?? filters.incident) !== undefined
  return (
    <>
      {FILTERS.filter((filter) => filters[filter] && filter !== 'not').map((filter) => {
        const name = filter === 'q' ? 'words' : filter
        return (
          <Chip key={filter} name={name} href={hrefOf(without(filters, filter))}>
            {filters[filter]?.replaceAll(',', ', ')}
          </Chip>
        )
      })}
      {leftOutOf(filters).map((exclusion) => (
        <Chip
          key={`${exclusion.name}:${exclusion.value}`}
          name={`not ${exclusion.name}`}
          href={hrefOf(including(filters, exclusion))}
        >
          {exclusion.value.replaceAll(',', ', ')}
        </Chip>
      ))}
      {Object.entries(filters).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {!windowed && (
        <span className={`${CHIP} px-2 max-md:hidden`}>
          <span className="mr-1 text-ink-3">window</span>{' '}
          {filters.at === undefined ? 'open, and sealed in 24 h' : 'under way then, shown as they are now'}
        </span>
      )}
    </>
  )
}

/** One filter, and the address without it. */
function Chip({ name, href, children }: { name: string; href: string; children: string | undefined }) {
  return (
    <span className={CHIP}>
      <span className="truncate px-2">
        <span className="text-ink-3">{name}</span> {children}
      </span>
      <Link
        href={href}
        aria-label={`Remove ${name}`}
        className="flex h-full w-6 shrink-0 items-center justify-center border-line-2 border-l text-ink-2 hover:bg-hover hover:text-ink max-md:w-9"
      >
        ×
      </Link>
    </span>
  )
}
