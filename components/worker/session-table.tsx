import { shortId } from '#components/look/format.ts'
import { SESSION_LOOKS } from '#components/look/session-look.ts'
import { Moment } from '#components/look/time.tsx'
import { WORDS } from '#components/look/tone.ts'
import { EmptyFirst } from '#components/ui/empty-first.tsx'
import { Link } from '#components/ui/link.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { Session } from '#lib/task/schema.ts'

/** Agent sessions, and why those that are over cannot be gone on with. */
export function SessionTable({ sessions }: { sessions: readonly Session[] }) {
  if (sessions.length === 0) return <EmptyFirst of="sessions" />
  return (
    <Table aria-label="Sessions">
      <thead>
        <tr>
          <Th className="w-[136px]">Status</Th>
          <Th className="w-[280px] max-lg:w-auto">Session</Th>
          <Th className="w-[110px] max-lg:hidden">Provider</Th>
          <Th className="w-[100px]">Task</Th>
          <Th figure className="w-[70px] max-md:hidden">
            Attempt
          </Th>
          <Th figure className="w-[100px] max-md:hidden">
            Linked
          </Th>
          <Th figure className="w-[100px] max-md:hidden">
            Ended
          </Th>
          <Th className="max-lg:hidden">Because</Th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </tbody>
    </Table>
  )
}

function SessionRow({ session }: { session: Session }) {
  const { word, tone } = SESSION_LOOKS[session.status]
  return (
    <tr data-session={session.id} className="hover:bg-hover">
      <Td className={`font-medium ${WORDS[tone]}`}>{word}</Td>
      <Td className="mono" title={session.id}>
        {session.id}
      </Td>
      <Td className="text-ink-2 max-lg:hidden">{session.provider ?? <span className="text-ink-3">unknown</span>}</Td>
      <Td className="mono">
        <Link href={`/tasks/${session.taskId}`} title={session.taskId} className="underlined">
          {shortId(session.taskId)}
        </Link>
      </Td>
      <Td figure className="max-md:hidden">
        {session.attempt}
      </Td>
      <Td figure className="max-md:hidden">
        <Moment at={session.linkedAt} />
      </Td>
      <Td figure className="max-md:hidden">
        {session.endedAt !== null && <Moment at={session.endedAt} />}
      </Td>
      <Td className="text-ink-2 max-lg:hidden" title={session.reason ?? undefined}>
        {session.reason}
      </Td>
    </tr>
  )
}
