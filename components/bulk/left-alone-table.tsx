import { formatCount, shortId } from '#components/look/format.ts'
import { Link } from '#components/ui/link.tsx'
import type { LeftAlone } from '#lib/task/schema.ts'

/** The same on a page, where there is something to tell. */
export function LeftAlonePanel({ groups }: { groups: readonly LeftAlone[] }) {
  if (groups.length === 0) return null
  return (
    <section aria-label="Left alone, and why" className="px-6 pb-4 max-md:px-4">
      <LeftAloneTable groups={groups} />
    </section>
  )
}

/** Why tasks are left as they are, most first, with one that shows it. */
export function LeftAloneTable({ groups }: { groups: readonly LeftAlone[] }) {
  return (
    <table className="w-full border-line border-t text-left" aria-label="Left alone, and why">
      <tbody>
        {groups.map(({ code, count, example }) => (
          <tr key={code} className="border-line border-b align-top">
            <td className="w-12 py-1.5 pr-3 text-right font-medium">{formatCount(count)}</td>
            <td className="mono w-44 py-2 pr-3 text-ink-2 max-md:w-32">{code}</td>
            <td className="py-1.5 pr-3 [overflow-wrap:anywhere]">{capitalised(example.detail)}</td>
            <td className="mono w-28 py-2 text-right text-ink-2 max-md:hidden">
              <Link href={`/tasks/${example.taskId}`} className="hover:underlined" title={example.taskId}>
                {shortId(example.taskId)}
              </Link>
              {count > 1 && ` +${formatCount(count - 1)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
