import { formatCount } from '#components/look/format.ts'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { THROUGHPUT_OUTCOMES, type Throughput, type ThroughputOutcome } from '#lib/task/throughput.ts'

const WORDS: Record<ThroughputOutcome, string> = {
  created: 'On record',
  success: 'Success',
  failed: 'Failed',
  interrupted: 'Interrupted',
  cancelled: 'Cancelled',
  compensated: 'Compensated',
  quarantined: 'Quarantined',
  aborted_no_skill: 'No skill',
}

/** The same in figures, newest first, without the spans in which nothing happened. */
export function ThroughputTable({ throughput: { spans } }: { throughput: Throughput }) {
  const told = spans
    .filter(({ counts }) => THROUGHPUT_OUTCOMES.some((outcome) => (counts[outcome] ?? 0) > 0))
    .toReversed()
  return (
    <details className="border-line border-b px-6 pb-2 text-12 text-ink-2 max-md:px-4">
      <summary className="touch w-fit cursor-pointer">As table</summary>
      <Table aria-label="Throughput by time" className="mt-1">
        <thead>
          <tr>
            <Th>From, UTC</Th>
            {THROUGHPUT_OUTCOMES.map((outcome) => (
              <Th
                key={outcome}
                figure
                className={outcome === 'created' || outcome === 'success' ? '' : 'max-md:hidden'}
              >
                {WORDS[outcome]}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.map(({ at, counts }) => (
            <tr key={at}>
              <Td className="mono">{at.slice(5, 16).replace('T', ' ')}</Td>
              {THROUGHPUT_OUTCOMES.map((outcome) => (
                <Td
                  key={outcome}
                  figure
                  className={outcome === 'created' || outcome === 'success' ? '' : 'max-md:hidden'}
                >
                  {formatCount(counts[outcome] ?? 0)}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  )
}
