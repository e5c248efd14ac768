import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskChunk, maskError, maskSecrets, TAIL_LENGTH } from '#lib/task/redact.ts'

const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nq83vEjRWeJq83vEj\n-----END RSA PRIVATE KEY-----'

/** Texts with a secret, each with the part that must not be stored. */
const SECRETS: readonly (readonly [string, string])[] = [
  ['key sk-ant-api03-AbCdEfGhIjKlMnOpQrSt used', 'AbCdEfGhIjKlMnOpQrSt'],
  ['push with ghp_16C7e42F292c6912E7710c838347Ae178B4a', '16C7e42F292c6912E7710c838347Ae178B4a'],
  ['github_pat_11ABCDEFG0abcdefghijkl_more failed', '11ABCDEFG0abcdefghijkl_more'],
  ['AKIAIOSFODNN7EXAMPLE in the log', 'IOSFODNN7EXAMPLE'],
  ['Authorization: Bearer abcdef123456.xyz', 'abcdef123456.xyz'],
  ['Authorization: Basic dXNlcjpodW50ZXIy', 'dXNlcjpodW50ZXIy'],
  ['postgresql://app:hunter2@db.acme.test/app', 'hunter2'],
  ['https://oauth2tokenlongenough@github.com/acme/api', 'oauth2tokenlongenough'],
  ['DEPLOY_TOKEN=a1b2c3d4e5 ./deploy', 'a1b2c3d4e5'],
  ['{"password": "correct horse"}', 'correct'],
  ['api_key: 9f8e7d6c5b4a', '9f8e7d6c5b4a'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP rejected', 'hbGciOiJIUzI1NiJ9'],
  [PEM, 'q83vEjRWeJq83vEj'],
]

/** Stores a text in these pieces, as the ledger does. */
function stored(pieces: readonly string[]): string {
  let tail = ''
  let all = ''
  for (const piece of pieces) {
    const masked = maskChunk(tail, piece)
    all += masked
    tail = (tail + masked).slice(-TAIL_LENGTH)
  }
  return all
}

describe('masking', () => {
  it.each(SECRETS)('takes the secret out of %j', (text, secret) => {
    expect(maskSecrets(text)).not.toContain(secret)
    expect(maskSecrets(text)).toContain('***')
  })

  it.each([
    'Unexpected token: identifier',
    'http://127.0.0.1:3000/tasks and file:///tmp/x',
    'task-1 and disk-usage at 12:30',
    'The bearer of this letter',
    'monkey=banana, key: value',
    'a@b.test wrote to c@d.test',
    'tests passed: 12, failed: 0',
  ])('leaves %j as it is', (text) => {
    expect(maskSecrets(text)).toBe(text)
    expect(stored([text, '\n'])).toBe(`${text}\n`)
  })

  it('keeps what stands around a secret', () => {
    expect(maskSecrets('push ghp_16C7e42F292c6912E7710c838347 to https://u:p@h/x')).toBe(
      'push ghp_*** to https://u:***@h/x',
    )
  })

  it('is the same when it is done again', () => {
    for (const [text] of SECRETS) expect(maskSecrets(maskSecrets(text))).toBe(maskSecrets(text))
  })

  it('takes the names of people out of the paths in errors', () => {
    expect(maskError("ENOENT: open '/home/ada/app/key.pem' or /Users/ada/x")).toBe(
      "ENOENT: open '~/app/key.pem' or ~/x",
    )
  })

  it.each(['sk-', 'eyJ', '://', 'password=', '-----BEGIN PRIVATE KEY-----', 'Bearer ', 'a:', '/home/', '"\'= '])(
    'takes no time over %j again and again',
    (piece) => {
      const text = piece.repeat(Math.ceil(60_000 / piece.length))
      const startedAt = performance.now()
      maskError(text)
      maskChunk('', text)
      expect(performance.now() - startedAt).toBeLessThan(5000)
    },
  )
})

describe('masking of a stream', () => {
  it.each(SECRETS)('stores no part of the secret of %j, wherever it is cut in two', (text, secret) => {
    for (let cut = 1; cut < text.length; cut += 1) {
      const all = stored([text.slice(0, cut), `${text.slice(cut)}\n`])
      expect(all, `cut at ${cut}`).not.toContain(secret)
      const half = Math.ceil(secret.length / 2)
      expect(all, `cut at ${cut}`).not.toContain(secret.slice(-half))
    }
  })

  it('stores no secret that comes letter by letter', () => {
    for (const [text, secret] of SECRETS) {
      expect(stored([...text, '\n'])).not.toContain(secret.slice(0, 8))
    }
  })

  it('keeps a private key away over many chunks', () => {
    const lines = Array.from({ length: 40 }, (_, line) => `MIIEline${line}AAAA\n`)
    const all = stored(['begin\n-----BEGIN PRIVATE KEY-----\n', ...lines, '-----END PRIVATE KEY-----\n', 'done\n'])
    expect(all).not.toContain('MIIEline')
    expect(all.endsWith('-----END PRIVATE KEY-----\ndone\n')).toBe(true)
  })

  it('changes nothing of text without secrets, however it is cut', () => {
    const word = fc.constantFrom('build', 'ok', ' ', '\n', '12:30', '{', '}', 'src/index.ts', 'é', '#1104', '===')
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.array(fc.nat(200), { maxLength: 8 }), (words, cuts) => {
        const text = words.join('')
        const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
        const pieces = [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length))
        expect(stored(pieces.filter((piece) => piece !== ''))).toBe(text)
      }),
    )
  })
})
