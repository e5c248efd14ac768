import { Field, Select } from '#components/ui/field.tsx'

/** A choice among roles; an operator's is asked for most often. */
export function RoleField({
  id,
  roles,
  chosen = 'operator',
}: {
  id: string
  roles: readonly string[]
  chosen?: string
}) {
  return (
    <Field label="Role" id={id}>
      <Select id={id} name="role" defaultValue={chosen}>
        {roles.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </Select>
    </Field>
  )
}
