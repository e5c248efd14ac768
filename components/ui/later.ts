'use client'

import { type ComponentType, lazy } from 'react'

const AGAIN_MS = 2000

/** A part that comes when it is first shown. While the server is away it is asked for again: its lack takes no page down. */
export function later<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  const persist = (): Promise<{ default: ComponentType<Props> }> =>
    load().catch(() => new Promise((resolve) => setTimeout(() => resolve(persist()), AGAIN_MS)))
  return lazy(persist)
}
