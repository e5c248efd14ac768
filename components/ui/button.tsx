import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Link } from './link.tsx'

type Kind = 'primary' | 'plain' | 'quiet'
interface Looks {
  kind?: Kind
  size?: 'normal' | 'small'
  icon?: ReactNode
}

export function Button({
  kind,
  size,
  icon,
  className,
  children,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & Looks) {
  return (
    <button type={type} className={classNames(buttonClass({ kind, size }), className)} {...rest}>
      {icon}
      {children}
    </button>
  )
}

export function ButtonLink({ kind, size, icon, className, children, ...rest }: ComponentProps<typeof Link> & Looks) {
  return (
    <Link className={classNames(buttonClass({ kind, size }), className)} {...rest}>
      {icon}
      {children}
    </Link>
  )
}

const KINDS: Record<Kind, string> = {
  primary:
    'border border-ink bg-ink text-bg hover:border-ink-2 hover:bg-ink-2 aria-disabled:border-dashed aria-disabled:border-line-2 aria-disabled:bg-transparent aria-disabled:text-ink-3',
  plain:
    'border border-line-2 bg-raised text-ink hover:bg-hover aria-disabled:border-dashed aria-disabled:bg-transparent aria-disabled:text-ink-3',
  quiet: 'text-ink-2 hover:bg-select hover:text-ink aria-disabled:text-ink-3',
}

/** A refused act keeps its place: dashed, and aria-disabled so that it can still be focused and say why. */
export function buttonClass({ kind = 'plain', size = 'normal' }: Looks): string {
  return classNames(
    'touch relative inline-flex shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-6 font-medium',
    'transition-colors duration-120 ease-out aria-disabled:cursor-default disabled:opacity-60',
    size === 'normal' ? 'h-8 px-3' : 'h-7 px-2.5',
    KINDS[kind],
  )
}
