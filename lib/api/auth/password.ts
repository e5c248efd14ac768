/**
 * Passwords, by scrypt of Node. What is kept names its parameters, so that they can grow: an older hash is made anew
 * when its password is next seen. Two at a time: each takes 32 MiB and a core for a tenth of a second or more.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { TaskError } from '#lib/task/errors.ts'

/** log2 of the cost, block size, parallelism: an OWASP recommendation. */
const [COST, BLOCK, LANES] = [15, 8, 3]
const BYTES = 32
const SALT_BYTES = 16
const AT_ONCE = 2
const WAITING_MAX = 100

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, COST, BLOCK, LANES)
  return ['scrypt', COST, BLOCK, LANES, salt.toString('base64url'), key.toString('base64url')].join('$')
}

export interface Verified {
  readonly right: boolean
  /** Kept under weaker parameters than those of today. */
  readonly outdated: boolean
}

export async function verifyPassword(password: string, kept: string): Promise<Verified> {
  const [scheme, cost = '', block = '', lanes = '', salt = '', expected = ''] = kept.split('$')
  if (scheme !== 'scrypt') return { right: false, outdated: false }
  const parameters = [Number(cost), Number(block), Number(lanes)] as const
  const key = await derive(password, Buffer.from(salt, 'base64url'), ...parameters)
  const wanted = Buffer.from(expected, 'base64url')
  const right = wanted.length === key.length && timingSafeEqual(key, wanted)
  return { right, outdated: parameters.join() !== [COST, BLOCK, LANES].join() }
}

/** Takes as long as a wrong password, for a login that nobody has: the time must not tell. */
export async function verifyNobody(password: string): Promise<void> {
  await derive(password, Buffer.alloc(SALT_BYTES), COST, BLOCK, LANES)
}

let running = 0
const waiting: (() => void)[] = []

async function derive(password: string, salt: Buffer, cost: number, block: number, lanes: number): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX)
      throw new TaskError('unavailable', 'too many passwords are being checked at once: try again in a moment')
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running += 1
  try {
    const options = {
      N: 2 ** cost,
      r: block,
      p: lanes,
      maxmem: 128 * 2 ** cost * block + 128 * block * lanes + 2 ** 20,
    }
    return await scryptOf(password.normalize('NFKC'), salt, options)
  } finally {
    // Whoever waited longest takes the place; only without anybody does it become free.
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

function scryptOf(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
