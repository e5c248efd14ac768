/** The colours of the page as a canvas takes them, and the patterns made of them; made anew when the theme changes. */
import type { BarPattern } from '#components/look/activity-look.ts'
import { type Tone, WORDS } from '#components/look/tone.ts'

const PLAIN = ['bg', 'sunken', 'line', 'ink', 'ink-2', 'ink-3', 'focus'] as const
type Plain = (typeof PLAIN)[number]

export interface Colours {
  readonly plain: Record<Plain, string>
  readonly fill: Record<Tone, string>
  readonly words: Record<Tone, string>
  readonly fonts: { readonly body: string; readonly mono: string }
  /** A pattern in a tone; null where it is drawn by its outline alone. */
  pattern(context: CanvasRenderingContext2D, pattern: BarPattern, tone: Tone): CanvasPattern | string | null
}

const TONES = Object.keys(WORDS) as Tone[]
let made: { key: string; colours: Colours } | null = null

/** `probe` stands in the page: only there do its custom properties have values. */
export function coloursOf(probe: HTMLElement): Colours {
  const { theme = '' } = document.documentElement.dataset
  const forced = matchMedia('(forced-colors: active)').matches
  const key = [theme, matchMedia('(prefers-color-scheme: dark)').matches, forced, devicePixelRatio].join()
  if (made?.key === key) return made.colours
  const colour = (name: string) => {
    // Forced colours make every colour that of words; a ground must stay one.
    probe.style.color = forced && /^(bg|sunken)$/.test(name) ? 'Canvas' : `var(--${name})`
    return getComputedStyle(probe).color
  }
  const all = <Name extends string>(names: readonly Name[], of: (name: Name) => string) =>
    // Every name has its colour: the keys are the names.
    Object.fromEntries(names.map((name) => [name, colour(of(name))])) as Record<Name, string>
  const fill = all(TONES, (tone) => `${tone}-fill`)
  const patterns = new Map<string, CanvasPattern | string | null>()
  const colours: Colours = {
    plain: all(PLAIN, (name) => name),
    fill,
    fonts: {
      body: getComputedStyle(document.body).fontFamily,
      mono: getComputedStyle(document.documentElement).getPropertyValue('--font-geist-mono') || 'monospace',
    },
    words: all(TONES, (tone) => (tone === 'mute' ? 'ink-3' : `${tone}-fg`)),
    pattern(context, pattern, tone) {
      const name = `${pattern} ${tone}`
      const known = patterns.get(name)
      if (known !== undefined) return known
      const painted = paintPattern(context, pattern, fill[tone])
      patterns.set(name, painted)
      return painted
    },
  }
  made = { key, colours }
  return colours
}

type Draw = (tile: CanvasRenderingContext2D, size: number) => void

/** Tiles in pixels of the page, with what is drawn in them; a stroke goes on beyond the edge, so that tiles join. */
const TILES: Partial<Record<BarPattern, { size: number; draw: Draw }>> = {
  hatch: { size: 7, draw: (tile, size) => diagonal(tile, size, 2.2, false) },
  'hatch-back': { size: 6, draw: (tile, size) => diagonal(tile, size, 2.4, true) },
  cross: {
    size: 7,
    draw(tile, size) {
      diagonal(tile, size, 1.2, false)
      diagonal(tile, size, 1.2, true)
    },
  },
  dots: {
    size: 4,
    draw(tile, size) {
      tile.beginPath()
      tile.arc(size / 2, size / 2, 1.1, 0, 2 * Math.PI)
      tile.fill()
    },
  },
  lines: { size: 3, draw: (tile, size) => tile.fillRect(0, 1, size, 1) },
  across: { size: 4, draw: (tile, size) => tile.fillRect(0, 0, 1.5, size) },
}

function paintPattern(context: CanvasRenderingContext2D, pattern: BarPattern, colour: string) {
  if (pattern === 'solid') return colour
  if (pattern === 'hollow') return null
  if (pattern === 'tint') return `color-mix(in oklab, ${colour} 26%, transparent)`
  const { size, draw } = TILES[pattern] ?? {}
  if (size === undefined || draw === undefined) return null
  const tile = document.createElement('canvas')
  tile.width = tile.height = size * devicePixelRatio
  const pen = tile.getContext('2d')
  if (!pen) return colour
  pen.scale(devicePixelRatio, devicePixelRatio)
  pen.fillStyle = pen.strokeStyle = colour
  draw(pen, size)
  const made = context.createPattern(tile, 'repeat')
  made?.setTransform(new DOMMatrix().scale(1 / devicePixelRatio))
  return made
}

function diagonal(tile: CanvasRenderingContext2D, size: number, width: number, back: boolean): void {
  tile.lineWidth = width
  tile.beginPath()
  for (const shift of [-size, 0, size]) {
    tile.moveTo(shift - 1, back ? -1 : size + 1)
    tile.lineTo(shift + size + 1, back ? size + 1 : -1)
  }
  tile.stroke()
}
