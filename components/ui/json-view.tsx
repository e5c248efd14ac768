import { CopyButton } from './copy-button.tsx'

/** Data as it was handed in, indented. */
export function JsonView({ name, value }: { name: string; value: unknown }) {
  const text = JSON.stringify(value, null, 2)
  return (
    <section aria-label={name} className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <h3 className="font-medium text-12 text-ink-2">{name}</h3>
        <CopyButton kind="quiet" text={text} />
      </div>
      <pre className="mono overflow-x-auto rounded-6 border border-line bg-sunken p-3 leading-[18px]">{text}</pre>
    </section>
  )
}
