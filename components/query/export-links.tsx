import { DownloadLink } from '#components/ui/download-link.tsx'
import { type Filters, hrefOf } from './task-query.ts'

/** The list as a file, by the same filters and over all of its pages. */
export function ExportLinks({ filters }: { filters: Filters }) {
  const at = (format: string) => `/exports${hrefOf(filters, { format })}`
  return (
    <span className="flex gap-1 max-md:hidden">
      <DownloadLink href={at('csv')} kind="quiet" size="small">
        Export CSV
      </DownloadLink>
      <DownloadLink href={at('json')} kind="quiet" size="small">
        JSON
      </DownloadLink>
    </span>
  )
}
