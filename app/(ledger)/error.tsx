'use client'

/** Every page loads it, so it is made of plain elements. */
export default function LedgerError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="flex flex-col items-start gap-3 px-6 py-24">
      <h1 className="font-semibold text-20">This page could not be read</h1>
      <p className="text-ink-2">
        The ledger did not answer for it. Nothing was changed by looking.
        {error.digest && ` The server’s log has the cause under ${error.digest}.`}
      </p>
      <button type="button" onClick={reset} className="h-8 rounded-6 border border-line-2 bg-raised px-3 font-medium">
        Read it again
      </button>
    </div>
  )
}
