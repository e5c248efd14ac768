'use client'

import { Button, ButtonLink } from '#components/ui/button.tsx'
import { DownloadLink } from '#components/ui/download-link.tsx'
import { LIMITS } from '#lib/task/limits.ts'
import type { Incident } from '#lib/task/schema.ts'

/** The incident to take away: as a file, or on paper. */
export function IncidentFiles({ incident: { id, total } }: { incident: Incident }) {
  const file = (format: string) => `/exports/incidents/${id}?format=${format}`
  const looks = { kind: 'quiet', size: 'small' } as const
  return (
    <>
      <DownloadLink href={file('csv')} {...looks}>
        Export CSV
      </DownloadLink>
      <DownloadLink href={file('json')} {...looks}>
        JSON
      </DownloadLink>
      {total > LIMITS.page ? (
        <ButtonLink href={`/incidents/${id}/paper`} {...looks}>
          Print
        </ButtonLink>
      ) : (
        <Button onClick={() => print()} {...looks}>
          Print
        </Button>
      )}
    </>
  )
}
