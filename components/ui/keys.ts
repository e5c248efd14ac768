'use client'

/**
 * Invariant: one listener for the whole page, and single keys do nothing while somebody types, while a dialog is open,
 * or when the reader has switched them off.
 */
import { useEffect, useEffectEvent } from 'react'

/** By key, or by two in a row: `j`, `Enter`, `g t`. One with `Ctrl+` works everywhere, also while somebody types. */
export type KeyBindings = Readonly<Record<string, () => void>>

export function useKeys(bindings: KeyBindings): void {
  const find = useEffectEvent((combination: string) => bindings[combination])
  const begins = useEffectEvent((key: string) => Object.keys(bindings).some((name) => name.startsWith(`${key} `)))
  useEffect(() => {
    const layer: Layer = { find: (combination) => find(combination), begins: (key) => begins(key) }
    layers.add(layer)
    if (layers.size === 1) document.addEventListener('keydown', receive)
    return () => {
      layers.delete(layer)
      if (layers.size === 0) document.removeEventListener('keydown', receive)
    }
  }, [])
}

/** Where the browser keeps that they are off. */
export const KEYS_SWITCH = 'rollcall-keys'

export function keysAreOn(): boolean {
  return localStorage.getItem(KEYS_SWITCH) !== 'off'
}

interface Layer {
  find(combination: string): (() => void) | undefined
  begins(key: string): boolean
}

const layers = new Set<Layer>()
const SEQUENCE_MS = 1000
let pending: { key: string; atMs: number } | null = null

/** Does what a key would do, for a button that says so. */
export function press(combination: string): void {
  find(combination)?.()
}

function receive(event: KeyboardEvent): void {
  const run = (event.ctrlKey || event.metaKey) && !event.altKey ? find(`Ctrl+${event.key}`) : undefined
  if (run !== undefined && !event.defaultPrevented) {
    event.preventDefault()
    run()
    return
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return
  const first = pending !== null && event.timeStamp - pending.atMs < SEQUENCE_MS ? `${pending.key} ` : ''
  pending = null
  const single = find(first + event.key)
  if (single) {
    event.preventDefault()
    single()
  } else if (first === '' && [...layers].some((layer) => layer.begins(event.key))) {
    pending = { key: event.key, atMs: event.timeStamp }
  }
}

/** The latest layer wins: a list's `Enter` over the page's. */
function find(combination: string): (() => void) | undefined {
  return [...layers].map((layer) => layer.find(combination)).findLast((run) => run !== undefined)
}

const TYPING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]'

function isBusy(target: EventTarget | null): boolean {
  const typing = target instanceof Element && target.matches(TYPING)
  return typing || !keysAreOn() || document.querySelector('[role=dialog], [popover]:popover-open') !== null
}
