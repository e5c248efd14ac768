import { Problem } from '#components/ui/problem.tsx'

/** Every page loads what this one is made of, so its way on is a plain link. */
export default function NotFound() {
  const wayOn = (
    <a
      href="/tasks"
      className="touch inline-flex h-8 items-center rounded-6 border border-line-2 bg-raised px-3 font-medium hover:bg-hover"
    >
      Go to tasks
    </a>
  )
  return (
    <main>
      <Problem title="No page has this address" action={wayOn}>
        Check the address, or look for it in the list of tasks.
      </Problem>
    </main>
  )
}
