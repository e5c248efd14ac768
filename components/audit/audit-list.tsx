import { shortId } from '#components/look/format.ts'
import { Moment } from '#components/look/time.tsx'
import { Link } from '#components/ui/link.tsx'
import type { AuditEntry } from '#lib/task/audit.ts'
import { auditHref, changeWords, wordsOf } from './audit-words.ts'

/** Of these the end tells one from another; a name that somebody chose is read from its beginning. */
const UUID = /^[\da-f]{8}-[\da-f-]{27}$/

/** Acts, newest first: a line each, with all that is on record of it behind the line. */
export function AuditList({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <ol aria-label="Acts">
      {entries.map((entry) => (
        <AuditItem key={entry.seq} entry={entry} />
      ))}
    </ol>
  )
}

function AuditItem({ entry }: { entry: AuditEntry }) {
  const { seq, at, actor, via, action, target, reason, result, detail } = entry
  const refused = result !== 'done'
  return (
    <li data-entry={seq} className="border-line border-b">
      <details className="group">
        <summary className="grid min-h-8 cursor-pointer list-none grid-cols-[64px_110px_150px_150px_minmax(0,200px)_minmax(0,1fr)] items-center gap-x-3 px-6 py-1.5 hover:bg-hover focus-visible:outline-focus max-md:grid-cols-[1fr_auto] max-md:px-4">
          <span className="mono text-ink-3 max-md:hidden">{seq}</span>
          <Moment at={at} className="mono text-ink-3 max-md:order-2 max-md:text-right" />
          <span className="truncate max-md:order-1" title={`${actor.name}, ${actor.role}`}>
            {actor.name} <span className="text-12 text-ink-3">by {via}</span>
          </span>
          <span className={refused ? 'font-medium text-bad-fg max-md:order-3' : 'font-medium max-md:order-3'}>
            {wordsOf(action)}
            {refused && ' refused'}
          </span>
          <span
            className="mono truncate text-ink-2 max-md:order-4 max-md:max-w-[46vw] max-md:text-right"
            title={target?.id}
          >
            {target && `${target.kind} ${UUID.test(target.id) ? shortId(target.id) : target.id}`}
          </span>
          <span
            className="truncate text-ink-2 max-md:order-5 max-md:col-span-2"
            title={refused ? (detail ?? '') : (reason ?? '')}
          >
            {refused ? detail : (reason ?? changeWords(entry))}
          </span>
        </summary>
        <AuditFacts entry={entry} />
      </details>
    </li>
  )
}

function AuditFacts({ entry }: { entry: AuditEntry }) {
  const { actor, target, reason, result, detail, requestId, previousHash, hash, before, after } = entry
  const href = auditHref(target)
  return (
    <dl className="grid grid-cols-[110px_minmax(0,1fr)] gap-x-3 gap-y-1 bg-sunken px-6 py-3 text-12 [overflow-wrap:anywhere] max-md:px-4">
      <Fact name="Who">
        {actor.name}, {actor.role} ({actor.kind}
        {actor.id !== null && `, ${actor.id}`})
      </Fact>
      {target && (
        <Fact name="Target">
          {href === null ? (
            `${target.kind} ${target.id}`
          ) : (
            <Link href={href} className="underlined">
              {target.kind} {target.id}
            </Link>
          )}
        </Fact>
      )}
      {before !== null && <Fact name="Before">{JSON.stringify(before)}</Fact>}
      {after !== null && <Fact name="After">{JSON.stringify(after)}</Fact>}
      {reason !== null && <Fact name="Reason">{reason}</Fact>}
      <Fact name="Result">
        {result}
        {detail !== null && `: ${detail}`}
      </Fact>
      {requestId !== null && <Fact name="Request">{requestId}</Fact>}
      <Fact name="Hash">{hash}</Fact>
      <Fact name="Follows">{previousHash}</Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="mono">{children}</dd>
    </>
  )
}
