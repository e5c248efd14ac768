'use client'

import { type RefObject, useEffect, useEffectEvent } from 'react'

/** What is done with what happens in the box. */
interface Box {
  look(): void
  close(): void
  /** The cursor went elsewhere. */
  move(): void
  /** Whether the key has been dealt with. */
  steer(event: KeyboardEvent): boolean
  edit(key: string, text: string): void
  /** Whether what was pasted has been dealt with. */
  paste(text: string): boolean
}

const MOVES = ['ArrowLeft', 'ArrowRight', 'Home', 'End']

/** Listens on the box itself, before anything around it hears of a key. */
export function useBox(input: RefObject<HTMLInputElement | null>, box: Box): void {
  const look = useEffectEvent(() => box.look())
  const close = useEffectEvent(() => box.close())
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.isComposing) return
    if (box.steer(event)) {
      event.preventDefault()
      event.stopPropagation()
    } else box.edit(event.key, input.current?.value ?? '')
  })
  const release = useEffectEvent(({ key }: KeyboardEvent) => void (MOVES.includes(key) && box.move()))
  const paste = useEffectEvent((event: ClipboardEvent) => {
    if (box.paste(event.clipboardData?.getData('text') ?? '')) event.preventDefault()
  })
  useEffect(() => {
    const { current: element } = input
    if (element === null) return
    const listening = new AbortController()
    const { signal } = listening
    for (const event of ['input', 'click', 'focus']) element.addEventListener(event, () => look(), { signal })
    element.addEventListener('blur', () => close(), { signal })
    element.form?.addEventListener('submit', () => close(), { signal })
    element.addEventListener('keydown', (event) => press(event), { signal })
    element.addEventListener('keyup', (event) => release(event), { signal })
    element.addEventListener('paste', (event) => paste(event), { signal })
    if (document.activeElement === element) look()
    return () => listening.abort()
  }, [input])
}
