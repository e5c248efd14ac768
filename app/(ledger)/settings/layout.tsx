import type { ReactNode } from 'react'
import { SettingsNav } from '#components/settings/settings-nav.tsx'
import { PageHeading } from '#components/ui/page-heading.tsx'

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHeading title="Settings" />
      <SettingsNav />
      {children}
    </>
  )
}
