import { barLookOf } from '#components/look/activity-look.ts'
import { plural } from '#components/look/format.ts'
import { Duration, Moment } from '#components/look/time.tsx'
import { WORDS } from '#components/look/tone.ts'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { Activity } from '#lib/task/activity.ts'

const ROWS_MAX = 300

/** The chart in words, newest first. */
export function ActivityTable({ activity }: { activity: Activity }) {
  const names = new Map(activity.workers.map(({ id, name }) => [id, name]))
  const { attempts } = activity
  if (attempts.length === 0) return <Empty of="chartTable" kind="filtered" />
  return (
    <>
      <Table aria-label="Attempts by worker, as a table">
        <thead>
          <tr>
            <Th className="w-[200px] max-md:w-[140px]">Outcome</Th>
            <Th className="w-[180px] max-md:hidden">Worker</Th>
            <Th>Task</Th>
            <Th figure className="w-[70px] max-md:hidden">
              Attempt
            </Th>
            <Th figure className="w-[100px]">
              Started
            </Th>
            <Th figure className="w-[100px] max-md:hidden">
              Lasted
            </Th>
          </tr>
        </thead>
        <tbody>
          {attempts.slice(0, ROWS_MAX).map((attempt) => {
            const look = barLookOf(attempt)
            return (
              <tr key={`${attempt.taskId}/${attempt.attempt}`} className="hover:bg-hover">
                <Td className={WORDS[look.tone]}>
                  {look.word}
                  {attempt.refusedAt !== null && (
                    <span className="text-bad-fg">
                      , late report refused <Moment at={attempt.refusedAt} />
                    </span>
                  )}
                </Td>
                <Td className="mono max-md:hidden">{names.get(attempt.workerId)}</Td>
                <Td>
                  <Link href={`/tasks/${attempt.taskId}`} className="hover:underlined">
                    {attempt.title}
                  </Link>
                </Td>
                <Td figure className="max-md:hidden">
                  {attempt.attempt}
                </Td>
                <Td figure>
                  <Moment at={attempt.startedAt} />
                </Td>
                <Td figure className="max-md:hidden">
                  <Duration from={attempt.startedAt} to={attempt.endedAt} />
                </Td>
              </tr>
            )
          })}
        </tbody>
      </Table>
      {attempts.length > ROWS_MAX && (
        <p className="px-6 py-3 text-ink-3 max-md:px-4">
          The newest {ROWS_MAX} of {plural(attempts.length, 'attempt')}. A shorter window shows all of its own.
        </p>
      )}
    </>
  )
}
