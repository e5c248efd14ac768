'use client'

import { useRouter } from 'next/navigation'
import { type ComponentProps, type MouseEvent, useLayoutEffect, useState, useTransition } from 'react'

/**
 * A link within the app: the page changes without being loaded anew, and the one that is left stays until the next is
 * here. It fetches nothing ahead, unlike Next's own: a list has fifty of them, and what was read ahead would be old.
 */
export function Link({ href, onClick, ...rest }: ComponentProps<'a'> & { href: string }) {
  const [pending, go] = useGo()
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    // With a modifier or another button the browser opens a tab or a window, as everywhere.
    if (event.defaultPrevented || event.button !== 0 || isModified(event)) return
    event.preventDefault()
    go(href)
  }
  return <a href={href} onClick={follow} aria-busy={pending || undefined} {...rest} />
}

/** Goes to another page as a link does, and says whether that is on its way. */
export function useGo(): [pending: boolean, go: (href: string) => void] {
  const router = useRouter()
  const [pending, startTransition] = useTransition()
  const [aim, setAim] = useState('')
  // Before it is painted: the page that has come must not be hidden for a frame.
  useLayoutEffect(() => (pending ? awaitPage(aim) : undefined), [pending, aim])
  const go = (href: string) => {
    setAim(href)
    startTransition(() => router.push(href))
  }
  return [pending, go]
}

/** The page that is left stays for a glance; after that what is to come stands in its place. */
const GLANCE_MS = 400

/** The same page with another filter keeps what it shows. */
function awaitPage(href: string): (() => void) | undefined {
  const [path = ''] = href.split(/[?#]/)
  if (path === location.pathname) return
  // One place stands for all the pages below an address.
  const place = document.querySelector(`[data-skeleton="${path.replace(/(.\/).*/, '$1')}"]`)
  const timer = setTimeout(() => place?.setAttribute('data-shown', ''), GLANCE_MS)
  return () => {
    clearTimeout(timer)
    place?.removeAttribute('data-shown')
  }
}

function isModified({ metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return metaKey || ctrlKey || shiftKey || altKey
}
