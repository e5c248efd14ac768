import { type ReactNode, useId } from 'react'
import { Glyph } from '#components/ui/icon.tsx'

/** An outline may still change; a solid is sealed. Drawn in a box of 16, stroke 1.5, in the colour of the words around. */
export type StatusShape =
  | 'dashed-circle'
  | 'dot'
  | 'play'
  | 'flat-line'
  | 'bars'
  | 'half'
  | 'cross'
  | 'cross-solid'
  | 'check-solid'
  | 'slash-solid'
  | 'question-solid'
  | 'back-solid'
  | 'octagon-solid'

export function StatusIcon({ shape, className }: { shape: StatusShape; className?: string }) {
  const solid = shape.endsWith('-solid')
  return <Glyph className={className}>{solid ? <Cut shape={shape}>{SHAPES[shape]}</Cut> : SHAPES[shape]}</Glyph>
}

const RING = <circle cx="8" cy="8" r="5.75" />

const SHAPES: Record<StatusShape, ReactNode> = {
  'dashed-circle': <circle cx="8" cy="8" r="5.75" strokeDasharray="2.4 2.12" strokeLinecap="butt" />,
  dot: (
    <>
      {RING}
      <circle cx="8" cy="8" r="1.75" fill="currentColor" stroke="none" />
    </>
  ),
  play: (
    <>
      {RING}
      <path d="M6.75 5.9v4.2L10.2 8z" fill="currentColor" strokeWidth="0.75" />
    </>
  ),
  'flat-line': (
    <>
      <path d="M13.25 5.7A5.75 5.75 0 1 0 13.25 10.3" />
      <path d="M5.4 8h5.2" />
    </>
  ),
  bars: (
    <>
      {RING}
      <path d="M6.6 6v4M9.4 6v4" />
    </>
  ),
  half: (
    <>
      <path d="M7.6 1.5a6.5 6.5 0 0 0 0 13z" fill="currentColor" stroke="none" />
      <path d="M9.9 2.58a5.75 5.75 0 0 1 0 10.84" strokeDasharray="2.3 2.2" strokeDashoffset="-0.4" />
    </>
  ),
  cross: (
    <>
      {RING}
      <path d="m6.1 6.1 3.8 3.8M9.9 6.1 6.1 9.9" />
    </>
  ),
  'cross-solid': <path d="m6 6 4 4M10 6l-4 4" />,
  'check-solid': <path d="m5.2 8.2 2 2 3.6-4" />,
  'slash-solid': <path d="m4.6 11.4 6.8-6.8" />,
  'question-solid': (
    <>
      <path d="M6.3 6.3a1.75 1.75 0 1 1 2.6 1.55c-.6.34-.9.7-.9 1.25" />
      <circle cx="8" cy="11.3" r="0.55" strokeWidth="0.9" />
    </>
  ),
  'back-solid': (
    <>
      <path d="M5.2 6.8h3.7a1.95 1.95 0 0 1 0 3.9H6.6" />
      <path d="M6.9 5 5.1 6.8l1.8 1.8" />
    </>
  ),
  'octagon-solid': (
    <>
      <path d="M8 4.9v3.6" />
      <circle cx="8" cy="11" r="0.55" strokeWidth="0.9" />
    </>
  ),
}

const BODIES: Partial<Record<StatusShape, ReactNode>> = {
  'question-solid': <rect x="2" y="2" width="12" height="12" rx="3" fill="white" />,
  'octagon-solid': <path d="M5.4 1.5h5.2l3.9 3.9v5.2l-3.9 3.9H5.4l-3.9-3.9V5.4z" fill="white" />,
}

/** The sign is cut out of the solid, so that it shows whatever lies below: a row, a tint, a selection. */
function Cut({ shape, children }: { shape: StatusShape; children: ReactNode }) {
  // An id of its own for each: a mask that lies in a hidden part of the page masks nothing elsewhere.
  const mask = useId()
  return (
    <>
      <mask id={mask} maskUnits="userSpaceOnUse" x="0" y="0" width="16" height="16" stroke="none">
        {BODIES[shape] ?? <circle cx="8" cy="8" r="6.5" fill="white" />}
        <g stroke="black" fill="none" strokeWidth="1.6">
          {children}
        </g>
      </mask>
      <rect width="16" height="16" fill="currentColor" stroke="none" mask={`url(#${mask})`} />
    </>
  )
}
