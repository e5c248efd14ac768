import { EmptyState } from './ui/empty-state.tsx'

/** What stands in the place of what only an admin is shown. */
export function AdminsOnly({ what, role }: { what: string; role: string }) {
  return <EmptyState>{`${what} are for admins; you are ${role}.`}</EmptyState>
}
