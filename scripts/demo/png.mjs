/** A picture as a PNG of 256 colours: a third of what true colours take, and nobody sees it on a page of words. */
import { crc32, deflateSync } from 'node:zlib'

const COLOURS_MAX = 256
/** Beyond the most frequent ones there are only single pixels at the edges of letters. */
const CANDIDATES_MAX = 3000
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const PALETTE_OF_BYTES = 3

/** `rgba` has four bytes a pixel; what is transparent is not expected and shown as if it were not. */
export function palettePng({ width, height, rgba }) {
  const counts = countColours(rgba)
  const { palette, placeOf } = reduce(counts)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0, from = 0, to = 0; y < height; y += 1) {
    to += 1
    for (let x = 0; x < width; x += 1, from += 4, to += 1) rows[to] = placeOf.get(rgba.readUInt32BE(from) >>> 8)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, PALETTE_OF_BYTES, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(partsOf))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function countColours(rgba) {
  const counts = new Map()
  for (let at = 0; at < rgba.length; at += 4) {
    const colour = rgba.readUInt32BE(at) >>> 8
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  return counts
}

/** The most frequent colours stay as they are; every other one becomes the nearest of them. */
function reduce(counts) {
  const byCount = [...counts].sort((left, right) => right[1] - left[1]).map(([colour]) => colour)
  const palette = []
  // A rare colour far from all others, such as that of one mark, is worth a place before the hundredth grey.
  for (const apart of [24, 12, 6, 0]) {
    for (const colour of byCount.slice(0, CANDIDATES_MAX)) {
      if (palette.length === COLOURS_MAX) break
      if (palette.length === 0 || nearest(palette, colour).distance > apart ** 2) palette.push(colour)
    }
  }
  return { palette, placeOf: new Map(byCount.map((colour) => [colour, nearest(palette, colour).place])) }
}

function nearest(palette, colour) {
  const [red, green, blue] = partsOf(colour)
  let best = { place: 0, distance: Number.POSITIVE_INFINITY }
  for (const [place, other] of palette.entries()) {
    const [r, g, b] = partsOf(other)
    const distance = (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2
    if (distance < best.distance) best = { place, distance }
  }
  return best
}

function partsOf(colour) {
  return [colour >>> 16, (colour >>> 8) & 255, colour & 255]
}

function chunk(type, data) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type), data])
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
