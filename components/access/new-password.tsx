import { Field, Input } from '#components/ui/field.tsx'
import { ACCESS_LIMITS } from '#lib/task/access-limits.ts'

interface NewPasswordProps {
  label: string
  id: string
  error?: string | null
  hint?: string
}

/** A password that is chosen, within the bounds that the server holds it to. */
export function NewPassword({ label, id, error = null, hint }: NewPasswordProps) {
  return (
    <Field label={label} id={id} error={error} hint={hint}>
      <Input
        id={id}
        name="password"
        type="password"
        required
        minLength={ACCESS_LIMITS.passwordMin}
        maxLength={ACCESS_LIMITS.passwordMax}
        autoComplete="new-password"
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : `${id}-error`}
      />
    </Field>
  )
}
