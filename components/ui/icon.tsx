import type { ReactNode } from 'react'

/** The plain icons of the bar and the lists, which every page loads: a box of 16, stroke 1.5, round ends. */
const PATHS = {
  check: 'm3 8.5 3.2 3.2L13 4.8',
  clock: 'M8 2.25a5.75 5.75 0 1 0 0 11.5 5.75 5.75 0 0 0 0-11.5zM8 5v3.2l2 1.2',
  copy: 'M6.75 5.25h5.5a1.5 1.5 0 0 1 1.5 1.5v5.5a1.5 1.5 0 0 1-1.5 1.5h-5.5a1.5 1.5 0 0 1-1.5-1.5v-5.5a1.5 1.5 0 0 1 1.5-1.5zM2.25 10V3.75a1.5 1.5 0 0 1 1.5-1.5H10',
  left: 'M9.75 4 5.75 8l4 4',
  menu: 'M2 5.75h12M2 10.25h12',
  right: 'm6.25 4 4 4-4 4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.45 3.45',
  up: 'M8 13V3M4 7l4-4 4 4',
} as const

interface IconProps {
  name: keyof typeof PATHS
  size?: number
  className?: string
}

export function Icon({ name, ...rest }: IconProps) {
  return (
    <Glyph {...rest}>
      <path d={PATHS[name]} />
    </Glyph>
  )
}

/** The box that every icon of our own is drawn in, in the colour of the words around it. */
export function Glyph({
  size = 16,
  className = '',
  children,
}: {
  size?: number
  className?: string
  children: ReactNode
}) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={24 / size}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      {children}
    </svg>
  )
}
