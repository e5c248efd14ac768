import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

/** Fixed layout, one line a row, hairlines. The first and last cells carry the page's margin. */
export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return (
    <table
      className={classNames('page-table w-full table-fixed border-separate border-spacing-0 text-left', className)}
      {...rest}
    />
  )
}

interface CellProps {
  /** Figures stand at the right, words at the left. */
  figure?: boolean
}

export function Th({ figure, className, ...rest }: ComponentProps<'th'> & CellProps) {
  return (
    <th
      scope="col"
      className={classNames(
        'h-7 truncate border-line border-b px-2 font-medium text-11 text-ink-3',
        figure && 'text-right',
        className,
      )}
      {...rest}
    />
  )
}

export function Td({ figure, className, ...rest }: ComponentProps<'td'> & CellProps) {
  return (
    <td className={classNames('h-8 truncate border-line border-b px-2', figure && 'text-right', className)} {...rest} />
  )
}

/** On a phone a row of two lines: its title above, and below it what else matters; its link is the whole row. For the head `TWO_LINES_HEAD`. */
export const TWO_LINES = 'two-lines'
export const TWO_LINES_HEAD = 'max-md:sr-only'
export const TWO_LINES_TITLE = 'two-lines-title'

/** Not reported is a word, never zero. */
export function Unknown() {
  return <span className="text-ink-3">unknown</span>
}
