import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { readTheme, THEME_COOKIE } from '#components/shell/theme.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { template: '%s · Rollcall', default: 'Rollcall' },
  description: 'A durable ledger of long-running tasks',
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' }

/** The theme comes with the cookie, so that the first paint is right without a script in the page. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    <html
      lang="en"
      className={`${GeistSans.variable} ${GeistMono.variable}`}
      data-theme={theme === 'system' ? undefined : theme}
    >
      <body>{children}</body>
    </html>
  )
}
