import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'

/** A command to run elsewhere. `shown` may mark what has to be filled in. */
export function CommandLine({ command, shown = command }: { command: string; shown?: ReactNode }) {
  return (
    <div className="flex min-h-11 items-center gap-3 rounded-6 border border-line bg-sunken py-1.5 pr-2 pl-4">
      <span aria-hidden="true" className="mono select-none text-13 text-ink-3">
        $
      </span>
      <code className="mono min-w-0 flex-1 overflow-x-auto whitespace-pre text-13">{shown}</code>
      <CopyButton text={command} />
    </div>
  )
}
