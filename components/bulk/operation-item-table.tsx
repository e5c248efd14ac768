import { Moment } from '#components/look/time.tsx'
import { type Tone, WORDS } from '#components/look/tone.ts'
import { ButtonLink } from '#components/ui/button.tsx'
import { ChipLink } from '#components/ui/chip-link.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Link } from '#components/ui/link.tsx'
import { SectionHeading } from '#components/ui/page-heading.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { BulkOperation, ItemResult, OperationItem } from '#lib/task/schema.ts'

const RESULTS: Record<ItemResult, { word: string; tone: Tone }> = {
  changed: { word: 'Changed', tone: 'run' },
  skipped: { word: 'Skipped', tone: 'mute' },
  failed: { word: 'Failed', tone: 'bad' },
  pending: { word: 'To come', tone: 'mute' },
}
const CHOICES = Object.keys(RESULTS) as ItemResult[]

interface OperationItemTableProps {
  operation: BulkOperation
  items: readonly OperationItem[]
  /** The result that alone is shown; null shows all. */
  result: ItemResult | null
}

/** Every task of the operation, in the order in which they are done. */
export function OperationItemTable({ operation, items, result }: OperationItemTableProps) {
  const here = `/operations/${operation.id}`
  return (
    <>
      <SectionHeading title="Tasks">
        <span className="flex gap-1">
          <ChipLink href={here} current={result === null}>
            All
          </ChipLink>
          {CHOICES.map((choice) => (
            <ChipLink key={choice} href={`${here}?result=${choice}`} current={choice === result}>
              {RESULTS[choice].word}
            </ChipLink>
          ))}
        </span>
      </SectionHeading>
      {items.length === 0 ? (
        <Empty
          of="operationItems"
          kind="filtered"
          action={result !== null && <ButtonLink href={here}>Look at all of them</ButtonLink>}
        />
      ) : (
        <Items items={items} />
      )}
    </>
  )
}

function Items({ items }: { items: readonly OperationItem[] }) {
  return (
    <Table aria-label="Tasks of the operation">
      <thead>
        <tr>
          <Th className="w-[110px]">Result</Th>
          <Th className="w-[310px] max-md:w-auto">Task</Th>
          <Th className="w-[180px] max-lg:hidden">Code</Th>
          <Th className="max-md:hidden">Because</Th>
          <Th figure className="w-[100px] max-md:hidden">
            At
          </Th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ taskId, result, code, detail, at }) => (
          <tr key={taskId} data-item={taskId} data-result={result} className="hover:bg-hover">
            <Td className={WORDS[RESULTS[result].tone]}>{RESULTS[result].word}</Td>
            <Td className="mono">
              <Link href={`/tasks/${taskId}`} className="hover:underlined">
                {taskId}
              </Link>
            </Td>
            <Td className="mono text-ink-2 max-lg:hidden">{code}</Td>
            <Td className="text-ink-2 max-md:hidden" title={detail ?? undefined}>
              {detail}
            </Td>
            <Td figure className="text-ink-2 max-md:hidden">
              {at !== null && <Moment at={at} />}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
