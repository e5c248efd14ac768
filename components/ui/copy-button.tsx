'use client'

import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

interface CopyButtonProps {
  text: string | (() => string)
  label?: string
  kind?: 'plain' | 'quiet'
  className?: string
}

const SHOWN_MS = 2000

export function CopyButton({ text, label = 'Copy', kind = 'plain', className }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    await navigator.clipboard?.writeText(typeof text === 'string' ? text : text())
    setCopied(true)
  }
  const icon = copied ? <Icon name="check" /> : <Icon name="copy" />
  return (
    <Button kind={kind} size="small" onClick={copy} icon={icon} className={className}>
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </Button>
  )
}
