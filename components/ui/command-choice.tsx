'use client'

import { useState } from 'react'
import { CommandLine } from './command-line.tsx'
import { Segments } from './tabs.tsx'

/** One command of several that come to the same. */
export function CommandChoice({ ways }: { ways: readonly { label: string; command: string }[] }) {
  const [chosen, setChosen] = useState(ways[0]?.label ?? '')
  const choices = ways.map(({ label }) => ({ value: label, label }))
  return (
    <>
      <Segments label="How" value={chosen} choices={choices} onChange={setChosen} className="mb-2 -ml-2" />
      <CommandLine command={ways.find(({ label }) => label === chosen)?.command ?? ''} />
    </>
  )
}
