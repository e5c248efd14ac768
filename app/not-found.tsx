import { Logo } from '#components/ui/logo.tsx'
import { PlainWayOn, Problem } from '#components/ui/problem.tsx'

/** Every page loads what this one is made of, so its ways on are plain links. */
export default function NotFound() {
  return (
    <>
      <header className="flex h-11 items-center border-line border-b px-6 max-md:px-4">
        <a href="/" className="touch flex items-center gap-2.5 rounded-3">
          <Logo />
          <span className="font-semibold">Rollcall</span>
        </a>
      </header>
      <main>
        <Problem title="No page has this address" action={<PlainWayOn href="/tasks">Go to tasks</PlainWayOn>}>
          Check the address, or look for it in the list of tasks.
        </Problem>
      </main>
    </>
  )
}
