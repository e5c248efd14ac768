/** What a text in the query box comes to: an address, or a message when it cannot be run. */
import { parseQuery } from './parse-query.ts'
import { textOf } from './query-words.ts'
import { rememberQuery } from './recent-queries.ts'
import { type Filters, hrefOf, taskIdIn } from './task-query.ts'

export function runQuery(text: string, filters: Filters): { href: string } | { message: string } {
  const id = taskIdIn(text)
  if (id !== null) return { href: `/tasks/${id}` }
  const query = parseQuery(text, filters)
  if (!query.ok) return { message: query.message }
  rememberQuery(textOf(query.filters))
  return { href: hrefOf(query.filters) }
}
