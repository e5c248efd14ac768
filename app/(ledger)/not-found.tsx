import { PlainWayOn, Problem } from '#components/ui/problem.tsx'

/** Within the ledger the bar stays, and with it every other way on. */
export default function NothingHere() {
  return (
    <Problem title="Nothing here has this id" action={<PlainWayOn href="/">Go to what is on now</PlainWayOn>}>
      The id is wrong, or what it named was older than what is kept and has been pruned.
    </Problem>
  )
}
