import type { Metadata } from 'next'
import { ConfigurationList } from '#components/settings/configuration-list.tsx'
import { describeSettings } from '#lib/api/describe-settings.ts'
import { requireContext } from '#lib/api/session.ts'

export const metadata: Metadata = { title: 'Configuration' }

export default async function ConfigurationPage() {
  const { policy } = await requireContext('/settings/configuration')
  return (
    <>
      <p className="px-6 py-3 text-ink-2 max-md:px-4">
        Read from the file that <code className="mono">ROLLCALL_CONFIG</code> names, when the server starts.
      </p>
      <ConfigurationList groups={describeSettings(policy.settings)} />
    </>
  )
}
