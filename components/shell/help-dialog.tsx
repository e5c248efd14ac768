'use client'

import { Fragment, useState } from 'react'
import { Dialog } from '#components/ui/dialog.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { KEYS_SWITCH, keysAreOn } from '#components/ui/keys.ts'
import { PAGES } from './site-nav.tsx'

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'Search'],
  ['Ctrl+k', 'Commands'],
  ['j', 'Next task'],
  ['k', 'Previous task'],
  ['Enter', 'Open the task'],
  ['x', 'Select the task'],
  ['Shift+x', 'Select from the last one to this'],
  ['v', 'Find by a value of the task'],
  ['r', 'Refresh, show what is new'],
  ['a', 'Reassign…'],
  ['f', 'Fail…'],
  ['c', 'Cancel…'],
  ['n', 'Note…'],
  ['Ctrl+Enter', 'Confirm a dialog'],
  ['Esc', 'Close'],
  ...PAGES.map(({ name, key }) => [`g ${key}`, `Go to ${name}`] as const),
  ['?', 'These keys'],
]

export default function HelpDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [on, setOn] = useState(keysAreOn)
  const change = (next: boolean) => {
    setOn(next)
    if (next) localStorage.removeItem(KEYS_SWITCH)
    else localStorage.setItem(KEYS_SWITCH, 'off')
  }
  return (
    <Dialog title="Keys" open={open} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr_auto_1fr] items-center gap-x-4 gap-y-2 overflow-y-auto px-6 py-4 max-md:grid-cols-[auto_1fr] max-md:px-4">
        {KEYS.map(([keys, what]) => (
          <Fragment key={keys}>
            <dt className="flex gap-1">
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd className="text-ink-2">{what}</dd>
          </Fragment>
        ))}
      </dl>
      <label className="flex items-center gap-2 border-line border-t px-6 py-4 max-md:px-4">
        <input type="checkbox" checked={on} onChange={(event) => change(event.target.checked)} className="accent-ink" />
        Single keys are on. They do nothing while you type.
      </label>
    </Dialog>
  )
}
