'use client'

import { CopyButton } from './copy-button.tsx'

/** A secret that was just made: in this answer and nowhere else. */
export function ShownOnce({ title, text, children }: { title: string; text: string; children: string }) {
  return (
    <div role="status" className="flex max-w-[760px] flex-col gap-1.5">
      <p>
        <span className="font-medium">{title}</span> <span className="text-ink-2">{children}</span>
      </p>
      <div className="flex min-h-11 items-center gap-3 rounded-6 border border-line bg-sunken py-1.5 pr-2 pl-4">
        <code className="mono min-w-0 flex-1 overflow-x-auto whitespace-pre text-13">{text}</code>
        <CopyButton text={text} />
      </div>
    </div>
  )
}
