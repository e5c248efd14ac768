import { CommandLine } from './command-line.tsx'
import { Empty } from './empty.tsx'
import { EMPTY_WORDS } from './empty-words.ts'

/** Where nothing ever was and a command brings the first. Apart from the others: what copies is script. */
export function EmptyFirst({ of }: { of: 'workers' | 'sessions' }) {
  const command = (
    <div className="w-full max-w-[640px]">
      <CommandLine command={EMPTY_WORDS[of].never.command} />
    </div>
  )
  return <Empty of={of} kind="never" action={command} />
}
