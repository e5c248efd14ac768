/**
 * What stands in a page's place while it is long in coming, as high and as wide as the page itself: each name is an
 * address, with a slash at its end for those below it. Written by the server and shown by `ui/link.tsx`, so that no page carries them as script.
 */
export function Skeletons() {
  return Object.entries(PLACES).map(([name, blocks]) => (
    <div key={name} data-skeleton={name} aria-hidden="true" className="min-h-[calc(100dvh-2.75rem)] flex-col">
      {blocks.map(([className, title]) => (
        <div key={className + title} data-title={title} className={className} />
      ))}
    </div>
  ))
}

/** The classes of a block, and its title where it has one that is known: drawn by the style sheet, so that nothing reads it twice. */
type Block = readonly [className: string, title?: string]

const title = (text: string): Block => [
  'h-14 px-6 pt-4 font-semibold text-20 before:content-[attr(data-title)] max-md:hidden',
  text,
]
const bar = (heights: string): Block => [`shrink-0 border-line border-b ${heights}`]
const SECTION = bar('h-10 max-md:h-10')
const HEAD = bar('h-7')
/** On a phone its columns have no names. */
const HEAD_OF_DESK = bar('h-7 max-md:hidden')
const ROWS: Block = ['skeleton-rows flex-1']
const TWO_LINES: Block = ['skeleton-rows flex-1 max-md:[--row:4rem]']
const FOOT: Block = ['h-12 shrink-0 border-line border-t']
const record = (heights: string) => bar(`h-[127px] ${heights}`)

const SETTINGS: readonly Block[] = [title('Settings'), bar('h-[37px] max-md:h-[77px]'), ROWS]

/** The heights are those of the pages at their usual content; a test of the browser holds the two together. */
const PLACES: Readonly<Record<string, readonly Block[]>> = {
  '/': [bar('h-10'), bar('h-[91px] max-[1360px]:h-[182px] max-md:h-[364px]'), bar('h-10 border-t'), ROWS],
  '/tasks': [
    ['h-11 shrink-0 max-md:h-14'],
    ['h-[49px] shrink-0 border-line border-b max-md:h-[46px]'],
    HEAD_OF_DESK,
    ['skeleton-rows flex-1 max-md:[--row:83px]'],
    FOOT,
  ],
  '/tasks/': [
    ['h-[120px] shrink-0 max-md:h-[76px]'],
    ['h-[88px] shrink-0 bg-sunken max-md:h-[110px]'],
    bar('h-[77px] max-md:h-[217px]'),
    bar('h-10'),
    ROWS,
  ],
  '/incidents': [title('Incidents'), bar('h-[33px] max-md:h-[41px]'), HEAD_OF_DESK, TWO_LINES, FOOT],
  '/incidents/': [record('max-md:h-[212px]'), ['h-24 shrink-0 max-md:h-[156px]'], SECTION, HEAD_OF_DESK, TWO_LINES],
  '/workers': [title('Workers'), HEAD, ROWS, FOOT],
  '/workers/': [record('max-md:h-[219px]'), SECTION, HEAD_OF_DESK, TWO_LINES],
  '/sessions': [title('Sessions'), HEAD, ROWS, FOOT],
  '/recovery': [title('Recovery'), bar('h-10 max-md:h-[88px]'), HEAD_OF_DESK, TWO_LINES, FOOT],
  '/operations': [title('Operations'), HEAD, ROWS, FOOT],
  '/operations/': [record('max-md:h-[175px]'), ['h-24 shrink-0 max-md:h-[156px]'], SECTION, HEAD, ROWS, FOOT],
  '/errors': [title('Errors'), HEAD, ROWS],
  '/audit': [
    title('Audit'),
    bar('h-[49px] max-md:h-[165px]'),
    ['skeleton-rows flex-1 [--row:33px] max-md:[--row:57px]'],
    FOOT,
  ],
  '/settings': SETTINGS,
  '/settings/': SETTINGS,
}
