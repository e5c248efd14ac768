import { ButtonLink } from '#components/ui/button.tsx'
import { Problem } from '#components/ui/problem.tsx'

export default function TaskNotFound() {
  return (
    <Problem title="No task has this id" action={<ButtonLink href="/tasks">Go to tasks</ButtonLink>}>
      The id is wrong, or the task was older than what is kept and has been pruned.
    </Problem>
  )
}
