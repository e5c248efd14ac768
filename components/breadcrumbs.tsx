import { Icon } from './ui/icon.tsx'
import { Link } from './ui/link.tsx'

/** The way back from a page below a list; on a phone it is the only one. */
export function Breadcrumbs({ href, name, here }: { href: string; name: string; here: string }) {
  return (
    <nav aria-label="Breadcrumbs" className="flex h-5 items-center gap-2 text-ink-2 max-md:h-11">
      <Link href={href} className="touch relative hover:text-ink">
        {name}
      </Link>
      <Icon name="right" size={12} />
      <span aria-current="page" className="mono truncate">
        {here}
      </span>
    </nav>
  )
}
