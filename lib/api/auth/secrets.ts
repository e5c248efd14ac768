/** Secrets that this program mints. 256 random bits: nothing to guess, so a fast hash is enough to keep them by. */
import { createHash, randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

export interface Mint {
  readonly id: string
  readonly secret: string
  readonly hash: string
}

/** A token's secret can be told from other text by its beginning, and masked. */
export function mintToken(): Mint {
  return minted(`rc_${randomBytes(32).toString('base64url')}`)
}

/** Of a link or a cookie. */
export function mintCode(): Mint {
  return minted(randomBytes(32).toString('base64url'))
}

function minted(secret: string): Mint {
  return { id: v7(), secret, hash: hashSecret(secret) }
}
