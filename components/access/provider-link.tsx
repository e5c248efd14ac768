import { buttonClass } from '#components/ui/button.tsx'

interface ProviderLinkProps {
  name: string
  next: string
  /** Why the last way there led back here. */
  refusal: string | null
}

/** A plain link: it leads out of the app, and must not be followed before it is pressed. */
export function ProviderLink({ name, next, refusal }: ProviderLinkProps) {
  return (
    <div className="flex flex-col gap-3 border-line border-b pb-6">
      {refusal !== null && (
        <p role="alert" className="text-bad-fg">
          {refusal}
        </p>
      )}
      <a href={`/sign-in/provider?next=${encodeURIComponent(next)}`} className={buttonClass({ kind: 'primary' })}>
        {`Sign in with ${name}`}
      </a>
    </div>
  )
}
