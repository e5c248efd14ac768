/** Five ticks, one cut short. */
export function Logo() {
  return (
    <svg viewBox="0 0 23 12" width="23" height="12" aria-hidden="true" className="shrink-0">
      <path className="fill-ink" d="M0 0h2.5v12H0zM5 0h2.5v12H5zM10 0h2.5v12H10zM20 0h2.5v12H20z" />
      <path className="fill-warn-fill" d="M15 0h2.5v5H15z" />
    </svg>
  )
}
