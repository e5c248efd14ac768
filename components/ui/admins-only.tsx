import { withArticle } from '#lib/task/article.ts'
import { Empty, type EmptyProps } from './empty.tsx'
import type { EmptyList } from './empty-words.ts'

type Forbidden = 'members' | 'tokens' | 'signIns' | 'webhooks'

/** What stands in the place of what only an admin is shown. */
export function AdminsOnly({ what, role }: { what: Forbidden & EmptyList; role: string }) {
  const words: EmptyProps<Forbidden> = { of: what, kind: 'forbidden' }
  return (
    <Empty {...words}>{`You are ${withArticle(role)}. An admin sees them, and can change what somebody is.`}</Empty>
  )
}
