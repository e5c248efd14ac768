import { Button } from '#components/ui/button.tsx'
import { Input, Select } from '#components/ui/field.tsx'
import { AUDIT_WAYS, type ListAudit } from '#lib/task/audit.ts'

const WORD = 'w-44 max-md:w-[calc(50%-4px)]'
const CHOICE = 'w-36 max-md:w-[calc(50%-4px)]'

/** A form of the address, which works without a script and can be kept as a bookmark. */
export function AuditFilters({ query }: { query: ListAudit }) {
  const word = (name: 'actor' | 'action' | 'target', label: string) => (
    <div className={WORD}>
      <Input name={name} aria-label={label} placeholder={label} defaultValue={query[name]} maxLength={200} />
    </div>
  )
  return (
    <form
      action="/audit"
      aria-label="Filter"
      className="flex flex-wrap items-center gap-2 border-line border-b px-6 py-2 max-md:px-4"
    >
      {word('actor', 'Who')}
      {word('action', 'Action')}
      {word('target', 'Target id')}
      <div className={CHOICE}>
        <Select name="via" aria-label="Way in" defaultValue={query.via ?? ''}>
          <option value="">Any way in</option>
          {AUDIT_WAYS.map((way) => (
            <option key={way}>{way}</option>
          ))}
        </Select>
      </div>
      <div className={CHOICE}>
        <Select name="result" aria-label="Result" defaultValue={query.result ?? ''}>
          <option value="">Any result</option>
          <option>done</option>
          <option>refused</option>
        </Select>
      </div>
      <Button type="submit" className="max-md:h-11">
        Filter
      </Button>
    </form>
  )
}
