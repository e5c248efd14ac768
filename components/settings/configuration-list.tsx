import { SectionHeading } from '#components/ui/page-heading.tsx'

export interface Setting {
  readonly name: string
  readonly value: string
  readonly meaning: string
}

export interface SettingGroup {
  readonly title: string
  readonly settings: readonly Setting[]
}

/** How this installation runs: read here, changed in its file. */
export function ConfigurationList({ groups }: { groups: readonly SettingGroup[] }) {
  return groups.map(({ title, settings }) => (
    <section key={title} aria-label={title}>
      <SectionHeading title={title} />
      <dl>
        {settings.map(({ name, value, meaning }) => (
          <div
            key={name}
            className="grid grid-cols-[220px_260px_minmax(0,1fr)] gap-x-4 border-line border-b px-6 py-1.5 max-md:grid-cols-1 max-md:px-4"
          >
            <dt className="mono">{name}</dt>
            <dd className="[overflow-wrap:anywhere]">{value}</dd>
            <dd className="text-ink-2">{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  ))
}
