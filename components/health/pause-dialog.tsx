'use client'

import { ReasonForm } from '#components/acts/reason-form.tsx'
import type { Act } from '#components/acts/task-acts.ts'
import { Field, Select } from '#components/ui/field.tsx'

const HOUR_MS = 3_600_000
const TERMS: readonly (readonly [ms: number, words: string])[] = [
  [HOUR_MS / 4, '15 minutes'],
  [HOUR_MS / 2, '30 minutes'],
  [HOUR_MS, '1 hour'],
  [4 * HOUR_MS, '4 hours'],
  [24 * HOUR_MS, '1 day'],
  [7 * 24 * HOUR_MS, '7 days'],
]

interface PauseDialogProps {
  action: Act
  open: boolean
  onClose: () => void
}

/** Holds automatic recovery back everywhere, for a while and for a reason that all can read. */
export default function PauseDialog(props: PauseDialogProps) {
  return (
    <ReasonForm
      {...props}
      title="Pause automatic recovery"
      label="Reason, shown on every page"
      field="reason"
      consequence="Deaths are still noticed. Nothing is reassigned by itself."
      confirm="Pause recovery"
      before={null}
      after={
        <Field label="For" id="pause-for" hint="It ends by itself, and can be ended before.">
          <Select id="pause-for" name="forMs" defaultValue={HOUR_MS / 2}>
            {TERMS.map(([ms, words]) => (
              <option key={ms} value={ms}>
                {words}
              </option>
            ))}
          </Select>
        </Field>
      }
    />
  )
}
