/** Writes a .tgz of a few small files, byte for byte the same for the same contents. */
import { gzipSync } from 'node:zlib'

const BLOCK = 512

/** `files` maps paths, under 100 characters, to { data, mode }. */
export function tarball(files) {
  const parts = Object.entries(files).flatMap(([path, { data, mode = 0o644 }]) => {
    const bytes = Buffer.from(data)
    return [header(path, bytes.length, mode), bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]
  })
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]), { level: 9 })
}

/** A ustar header; its sum is taken with eight spaces in the place of the sum. */
function header(path, size, mode) {
  const block = Buffer.alloc(BLOCK)
  const octal = (value, width) => `${value.toString(8).padStart(width - 1, '0')}\0`
  const fields = [
    [0, path],
    [100, octal(mode, 8)],
    [108, octal(0, 8)],
    [116, octal(0, 8)],
    [124, octal(size, 12)],
    [136, octal(0, 12)],
    [148, '        '],
    [156, '0'],
    [257, 'ustar\0'],
    [263, '00'],
  ]
  for (const [offset, text] of fields) block.write(text, offset, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
