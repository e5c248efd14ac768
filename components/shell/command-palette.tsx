'use client'

import { useRouter } from 'next/navigation'
import { type KeyboardEvent, Suspense, useEffect, useEffectEvent, useState } from 'react'
import type { RecoveryControl } from '#components/acts/recovery-control.ts'
import { roleRefusal } from '#components/acts/task-acts.ts'
import { Dialog } from '#components/ui/dialog.tsx'
import { Input } from '#components/ui/field.tsx'
import { later } from '#components/ui/later.ts'
import { readRecord } from '#components/ui/read-record.ts'
import type { View } from '#lib/task/view.ts'
import { type Command, commandsFor, matching } from './commands.ts'
import { useHrefOf } from './site-nav.tsx'

const PauseDialog = later(() => import('#components/health/pause-dialog.tsx'))

interface CommandPaletteProps {
  open: boolean
  recovery: RecoveryControl
  onHelp: () => void
  onClose: () => void
}

const LIST = 'commands'
const VIEWS = '100'

/** Every page, every saved view, and the acts that belong to no page, by a few letters of their names. */
export default function CommandPalette({ open, recovery, onHelp, onClose }: CommandPaletteProps) {
  const router = useRouter()
  const hrefOf = useHrefOf()
  const [pausing, setPausing] = useState<'never' | 'open' | 'closed'>('never')
  const views = useViews(open)
  const run = (command: Command) => {
    onClose()
    if ('href' in command) router.push(command.href)
    else if (command.act === 'help') onHelp()
    else setPausing('open')
  }
  const commands = commandsFor(hrefOf, views, roleRefusal('Pause', recovery.role))
  return (
    <>
      <Dialog title="Commands" open={open} onClose={onClose}>
        <Choice commands={commands} onRun={run} />
      </Dialog>
      {pausing !== 'never' && (
        <Suspense>
          <PauseDialog action={recovery.pause} open={pausing === 'open'} onClose={() => setPausing('closed')} />
        </Suspense>
      )}
    </>
  )
}

function Choice({ commands, onRun }: { commands: readonly Command[]; onRun: (command: Command) => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = matching(commands, text)
  const current = Math.min(at, found.length - 1)
  const pick = (command: Command | undefined) => {
    if (command !== undefined && command.refusal === null) onRun(command)
  }
  const steer = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setAt((current + step + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter') pick(found[current])
    else return
    event.preventDefault()
  }
  return (
    <div className="flex min-h-0 flex-col px-6 py-4 max-md:px-4">
      <Input
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls={LIST}
        aria-activedescendant={found[current] && optionId(current)}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={steer}
        placeholder="A page, a view, an id, or words to search for"
      />
      <div id={LIST} role="listbox" aria-label="Commands" className="mt-2 min-h-0 overflow-y-auto">
        {found.map((command, index) => (
          <div
            key={command.key}
            id={optionId(index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            aria-disabled={command.refusal !== null}
            onClick={() => pick(command)}
            onKeyDown={() => {}}
            onPointerMove={() => setAt(index)}
            className="flex h-8 cursor-pointer items-center gap-3 rounded-6 px-2.5 aria-disabled:text-ink-3 aria-selected:bg-select max-md:h-11"
          >
            <span className="truncate">{command.name}</span>
            <span className="ml-auto truncate text-12 text-ink-3">{command.refusal ?? command.note}</span>
          </div>
        ))}
      </div>
    </div>
  )
}

const optionId = (index: number) => `${LIST}-${index}`

/** Read when the palette opens; without an answer there are the pages all the same. */
function useViews(open: boolean): readonly View[] {
  const [views, setViews] = useState<readonly View[]>([])
  const read = useEffectEvent(async () => {
    try {
      setViews((await readRecord<{ views: View[] }>('views', { limit: VIEWS })).views)
    } catch {
      setViews([])
    }
  })
  useEffect(() => {
    if (open) void read()
  }, [open])
  return views
}
