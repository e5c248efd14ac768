import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'

const CONTROL =
  'w-full rounded-6 border border-control bg-raised px-2.5 text-ink outline-offset-0 focus-visible:border-focus focus-visible:outline-1'

interface FieldProps {
  label: string
  id: string
  /** What is wrong with it, below the control. */
  error?: string | null
  hint?: ReactNode
  children: ReactNode
}

export function Field({ label, id, error, hint, children }: FieldProps) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-12 text-ink-2">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-error`} className="text-12 text-bad-fg">
          {error}
        </p>
      ) : (
        hint && <p className="text-12 text-ink-3">{hint}</p>
      )}
    </div>
  )
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={classNames(CONTROL, 'h-8 max-md:h-11', className)} {...rest} />
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={classNames(CONTROL, 'py-1.5', className)} {...rest} />
}

export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select className={classNames(CONTROL, 'h-8 max-md:h-11', className)} {...rest} />
}
