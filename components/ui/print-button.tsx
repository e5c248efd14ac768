'use client'

import { useEffect } from 'react'
import { Button } from './button.tsx'

/** Asks for the printer once the page is there; pressed again by hand. */
export function PrintButton() {
  useEffect(() => {
    void document.fonts.ready.then(() => print())
  }, [])
  return (
    <Button kind="primary" onClick={() => print()}>
      Print
    </Button>
  )
}
