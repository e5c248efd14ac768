'use client'

import { useRouter } from 'next/navigation'
import { type ComponentProps, type MouseEvent, useTransition } from 'react'

/**
 * A link within the app: the page changes without being loaded anew, and the one that is left stays until the next is
 * here. It fetches nothing ahead, unlike Next's own: a list has fifty of them, and what was read ahead would be old.
 */
export function Link({ href, onClick, ...rest }: ComponentProps<'a'> & { href: string }) {
  const router = useRouter()
  const [pending, startTransition] = useTransition()
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    // With a modifier or another button the browser opens a tab or a window, as everywhere.
    if (event.defaultPrevented || event.button !== 0 || isModified(event)) return
    event.preventDefault()
    startTransition(() => router.push(href))
  }
  return <a href={href} onClick={follow} aria-busy={pending || undefined} {...rest} />
}

function isModified({ metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return metaKey || ctrlKey || shiftKey || altKey
}
