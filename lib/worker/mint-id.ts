/**
 * Ids that sort by time: UUIDs of version 7, as the ledger mints its own. Not by node:crypto, which would take a third as long
 * as all that a tracked command loads.
 *
 * Invariant: one process mints them in ascending order, also within a millisecond and when its clock goes back.
 */
import { closeSync, openSync, readSync } from 'node:fs'

const CHANCE = '/dev/urandom'
const CHANCE_BYTES = 10
const COUNT_MAX = 0xfff
/** Where a millisecond begins to count, so that there is room for as many more. */
const COUNT_MASK = 0x7ff

let last = { ms: 0, count: 0 }

export function mintId(now: number = Date.now()): string {
  const chance = draw()
  last = next(now, chance.readUInt16BE(0) & COUNT_MASK)
  const time = last.ms.toString(16).padStart(12, '0')
  const count = (0x7000 + last.count).toString(16)
  // The two highest bits of the rest say which kind of UUID it is.
  chance.writeUInt8((chance.readUInt8(2) & 0x3f) | 0x80, 2)
  const rest = chance.toString('hex', 2)
  return `${time.slice(0, 8)}-${time.slice(8)}-${count}-${rest.slice(0, 4)}-${rest.slice(4)}`
}

function next(now: number, count: number) {
  if (now > last.ms) return { ms: now, count }
  return last.count < COUNT_MAX ? { ms: last.ms, count: last.count + 1 } : { ms: last.ms + 1, count }
}

function draw(): Buffer {
  const bytes = Buffer.alloc(CHANCE_BYTES)
  const file = openSync(CHANCE, 'r')
  try {
    readSync(file, bytes)
  } finally {
    closeSync(file)
  }
  return bytes
}
