/** Stands where rows will stand, in their height, and only appears when the answer takes longer than a glance. */
export function RowsSkeleton({ rows, heading = false }: { rows: number; heading?: boolean }) {
  return (
    <div role="status" aria-label="Loading" className="late">
      {heading && <div className="mx-6 my-4 h-7 w-48 bg-sunken max-md:mx-4" />}
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all are alike
        <div key={index} className="flex h-8 items-center border-line border-b px-6 max-md:h-[81px] max-md:px-4">
          <div className="h-2.5 bg-sunken" style={{ width: `${WIDTHS[index % WIDTHS.length]}%` }} />
        </div>
      ))}
    </div>
  )
}

const WIDTHS = [62, 48, 71, 55, 66]
