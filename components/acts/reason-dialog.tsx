'use client'

import { ReasonForm, type ReasonFormProps } from './reason-form.tsx'

export interface ReasonDialogProps extends Omit<ReasonFormProps, 'before' | 'after'> {
  /** What the form says beside the words. */
  hidden: Readonly<Record<string, string>>
}

/** An act that takes nothing but words. */
export default function ReasonDialog({ hidden, ...form }: ReasonDialogProps) {
  const said = Object.entries(hidden).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ))
  return <ReasonForm {...form} before={said} />
}
