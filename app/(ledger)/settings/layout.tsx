import type { ReactNode } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { SettingsNav } from '#components/settings-nav.tsx'

export default function SettingsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHeading title="Settings" />
      <SettingsNav />
      {children}
    </>
  )
}
