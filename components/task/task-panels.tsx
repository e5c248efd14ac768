'use client'

import { type ReactNode, useState } from 'react'

const PANELS = [
  { name: 'timeline', label: 'Timeline' },
  { name: 'output', label: 'Output' },
  { name: 'attempts', label: 'Attempts' },
  { name: 'payload', label: 'Payload' },
  { name: 'session', label: 'Session' },
] as const
type Panel = (typeof PANELS)[number]['name']
const BESIDE = PANELS.filter(({ name }) => name !== 'timeline' && name !== 'attempts')

/**
 * On a desk attempts and timeline stand at the left and one of the others beside them; below that width one of all five.
 * Each panel is in the page once, so that what it holds survives a turn of the device.
 */
export function TaskPanels(panels: Record<Panel, ReactNode>) {
  const [panel, setPanel] = useState<Panel>('timeline')
  const [beside, setBeside] = useState<Panel>('output')
  const show = (name: Panel) => {
    setPanel(name)
    if (BESIDE.some((one) => one.name === name)) setBeside(name)
  }
  const left = (name: Panel) => (panel === name ? '' : 'max-lg:hidden')
  const right = (name: Panel) => `${panel === name ? '' : 'max-lg:hidden'} ${beside === name ? '' : 'lg:hidden'}`
  return (
    <>
      <Tabs choices={PANELS} current={panel} onChange={show} className="border-line border-b px-2 lg:hidden" />
      <div className="grid min-h-0 flex-1 lg:min-h-96 lg:grid-cols-[minmax(0,51fr)_minmax(0,49fr)] lg:grid-rows-[minmax(0,1fr)] max-md:pb-20">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <section aria-label="Attempts and timeline" tabIndex={0} className="-outline-offset-2 lg:overflow-y-auto">
          <div className={left('attempts')}>{panels.attempts}</div>
          <div className={left('timeline')}>{panels.timeline}</div>
        </section>
        <div className="relative flex min-h-0 flex-col border-line lg:border-l">
          <Tabs choices={BESIDE} current={beside} onChange={show} className="border-line border-b px-3 max-lg:hidden" />
          <div className={`flex min-h-0 flex-1 flex-col ${right('output')}`}>{panels.output}</div>
          <div className={`flex min-h-0 flex-1 flex-col ${right('payload')}`}>{panels.payload}</div>
          <div className={right('session')}>{panels.session}</div>
        </div>
      </div>
    </>
  )
}

interface TabsProps {
  choices: readonly { name: Panel; label: string }[]
  current: Panel
  onChange: (name: Panel) => void
  className: string
}

function Tabs({ choices, current, onChange, className }: TabsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset draws a box and its legend cannot stand in a line
    <div role="group" aria-label="Panels" className={`flex shrink-0 overflow-x-auto ${className}`}>
      {choices.map(({ name, label }) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === current}
          onClick={() => onChange(name)}
          className="touch -mb-px h-10 shrink-0 border-transparent border-b-2 px-3 pt-0.5 text-ink-2 -outline-offset-2 hover:text-ink aria-pressed:border-ink aria-pressed:font-medium aria-pressed:text-ink"
        >
          {label}
        </button>
      ))}
    </div>
  )
}
