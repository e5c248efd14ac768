import type { ReactNode } from 'react'
import { Logo } from '#components/ui/logo.tsx'

/** A page for whoever is not signed in: one narrow column, and nothing of the ledger. */
export function GatePage({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-[400px] flex-col justify-center gap-6 px-4 pb-[16vh]">
      <div className="flex items-center gap-2.5">
        <Logo />
        <span className="font-semibold">Rollcall</span>
      </div>
      <div>
        <h1 className="font-semibold text-20">{title}</h1>
        {lead && <p className="mt-1 text-ink-2">{lead}</p>}
      </div>
      {children}
    </main>
  )
}
