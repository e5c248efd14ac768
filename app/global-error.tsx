'use client'

import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import './globals.css'

/** Takes the place of everything, layout included, so it brings its own page. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <Problem title="Rollcall could not make this page" action={<Button onClick={reset}>Try again</Button>}>
          The server did not answer as it should. Its log has the cause.
        </Problem>
      </body>
    </html>
  )
}
