import type { ReactNode } from 'react'
import { buttonClass } from './button.tsx'

interface DownloadLinkProps {
  href: string
  kind?: 'plain' | 'quiet'
  size?: 'normal' | 'small'
  children: ReactNode
}

/** A link that the browser follows itself: what it leads to is a file, not a page. */
export function DownloadLink({ href, kind, size, children }: DownloadLinkProps) {
  return (
    <a href={href} download className={buttonClass({ kind, size })}>
      {children}
    </a>
  )
}
