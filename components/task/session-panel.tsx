import type { ReactNode } from 'react'
import { SESSION_LOOKS } from '#components/look/session-look.ts'
import { Moment } from '#components/look/time.tsx'
import { WORDS } from '#components/look/tone.ts'
import { Empty } from '#components/ui/empty.tsx'
import type { Session } from '#lib/task/schema.ts'

/** The agent's conversation that the newest attempt ran in, and whether another one may go on with it. */
export function SessionPanel({ session }: { session: Session | null }) {
  if (session === null) {
    return <Empty of="session" kind="never" small />
  }
  const { word, tone } = SESSION_LOOKS[session.status]
  return (
    <dl className="grid grid-cols-[100px_1fr] gap-y-2 px-6 py-4 max-md:px-4">
      <Row name="Session">
        <span className="mono [overflow-wrap:anywhere]">{session.id}</span>
      </Row>
      <Row name="Status">
        <span className={`font-medium ${WORDS[tone]}`}>{word}</span>
      </Row>
      {session.reason !== null && <Row name="Because">{session.reason}</Row>}
      <Row name="Provider">{session.provider ?? <span className="text-ink-3">unknown</span>}</Row>
      <Row name="Attempt">{session.attempt}</Row>
      <Row name="Linked">
        <Moment at={session.linkedAt} />
      </Row>
      {session.endedAt !== null && (
        <Row name="Ended">
          <Moment at={session.endedAt} />
        </Row>
      )}
    </dl>
  )
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
