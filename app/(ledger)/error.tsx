'use client'

import { Problem } from '#components/problem.tsx'
import { Button, ButtonLink } from '#components/ui/button.tsx'

export default function LedgerError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Problem
      title="This page could not be read"
      action={
        <>
          <Button kind="primary" onClick={reset}>
            Read it again
          </Button>
          <ButtonLink href="/tasks">Go to tasks</ButtonLink>
        </>
      }
    >
      The ledger did not answer for it. Nothing was changed by looking.
      {error.digest && (
        <>
          {' '}
          The server’s log has the cause under <code className="mono">{error.digest}</code>.
        </>
      )}
    </Problem>
  )
}
