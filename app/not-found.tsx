import { Problem } from '#components/problem.tsx'
import { ButtonLink } from '#components/ui/button.tsx'

export default function NotFound() {
  return (
    <main>
      <Problem title="No page has this address" action={<ButtonLink href="/tasks">Go to tasks</ButtonLink>}>
        Check the address, or look for it in the list of tasks.
      </Problem>
    </main>
  )
}
