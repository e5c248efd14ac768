const DRAWN_MAX = 12

/** A mark a slot while they can be counted at a glance, and the figures beside them. */
export function SlotBar({ held, slots }: { held: number; slots: number }) {
  return (
    <span className="flex items-center gap-2">
      {slots <= DRAWN_MAX && (
        <span aria-hidden="true" className="flex w-[60px] gap-px">
          {Array.from({ length: slots }, (_, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: slots have no names; a mark is its place
              key={index}
              data-tick={index < held ? 'slot' : 'free'}
              className={`h-2.5 w-1 ${index < held ? 'bg-run-fill' : 'bg-line'}`}
            />
          ))}
        </span>
      )}
      {held}/{slots}
    </span>
  )
}
