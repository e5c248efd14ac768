'use client'

import './globals.css'

/** Takes the place of everything, layout included, so it brings its own page. Every page loads it: it imports nothing. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="flex flex-col items-start gap-3 px-6 py-24">
        <h1 className="font-semibold text-20">Rollcall could not make this page</h1>
        <p className="text-ink-2">The server did not answer as it should. Its log has the cause.</p>
        <button type="button" onClick={reset} className="border px-3">
          Try again
        </button>
      </body>
    </html>
  )
}
