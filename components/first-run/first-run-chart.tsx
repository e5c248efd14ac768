/** One death and one reassignment, drawn as the charts draw them. */
export function FirstRunChart() {
  return (
    <svg
      viewBox="0 0 425 96"
      className="mt-6 w-full overflow-visible"
      role="img"
      aria-label="A bar of your shell ends at its death; a thread leads from there to a bar of a worker, which ends in success."
    >
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2.2" height="5" className="fill-warn-fill" />
        </pattern>
      </defs>
      <g className="stroke-line" strokeWidth="1">
        <path d="M0 .5h425M0 47.5h425M0 95.5h425" />
      </g>
      <g className="mono fill-ink-2">
        <text x="0" y="28">
          your shell
        </text>
        <text x="0" y="75">
          a worker
        </text>
      </g>
      <rect x="96.5" y="19.5" width="140" height="8" fill="url(#hatch)" className="stroke-warn-fill" />
      <path d="M236 19v9" className="stroke-warn-fg" strokeWidth="2" />
      <path d="M238 23.5h10" className="stroke-warn-fill" strokeDasharray="1.5 2" />
      <path d="M248 4v88" className="stroke-warn-fg" strokeWidth="2" />
      <path d="M249 23.5h31a2 2 0 0 1 2 2v41a2 2 0 0 0 2 2h14" fill="none" className="stroke-ink-2" />
      <rect x="298.5" y="64.5" width="111" height="8" className="fill-good-fill/26 stroke-good-fill" />
      <path d="M298 64v9" className="stroke-ink" strokeWidth="2" />
    </svg>
  )
}
