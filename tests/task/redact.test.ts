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

  it.each([
    'sk-',
    'eyJ',
    '://',
    'password=',
    '-----BEGIN PRIVATE KEY-----',
    'Bearer ',
    'a:',
    '/home/',
    '"\'= ',
    '-----EN',
    '-----BEGIN PRIVATE KEY-----(',
    'A\n',
  ])('takes no time over %j again and again', (piece) => {
    const text = piece.repeat(Math.ceil(60_000 / piece.length))
    const startedAt = performance.now()
    maskError(text)
    maskChunk('', text)
    maskChunk(null, text)
    maskChunk('-----BEGIN PRIVATE KEY-----', text)
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
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

  it('shows what follows a private key, wherever its end is cut', () => {
    const text = `${PEM}\ndone\n`
    for (let cut = PEM.length - 30; cut < PEM.length; cut += 1) {
      for (const more of [cut, cut + 1, cut + 2]) {
        const all = stored([text.slice(0, 60), text.slice(60, cut), text.slice(cut, more), text.slice(more)])
        expect(all, `cut at ${cut} and ${more}`).toMatch(/-----END RSA PRIVATE KEY-----\ndone\n$/)
        expect(all).not.toContain('q83vEjRW')
      }
    }
    expect(stored([...text])).toMatch(/-----END RSA PRIVATE KEY-----\ndone\n$/)
  })

  it('does not take what follows for a key when a program only names its beginning', () => {
    const named = "const BEGIN = '-----BEGIN PRIVATE KEY-----'\nexport function open(file) {\n"
    const all = stored([named, 'tests passed: 12\n', 'tests failed: 0\n'])
    expect(all).toContain('open(file) {\ntests passed: 12\ntests failed: 0\n'.slice(4))
    expect(maskSecrets(named)).toContain('(file) {')
  })

  it('masks what may be the end of a secret whose beginning was dropped', () => {
    expect(maskChunk(null, '912E7710c838347Ae178B4a refused\n')).toBe('*** refused\n')
    expect(maskChunk(null, 'ed 12 of 14 files\n')).toBe('ed 12 of 14 files\n')
    expect(maskChunk('', 'compiled-all-of-it\n')).toBe('compiled-all-of-it\n')
    const lines = Array.from({ length: 4 }, (_, line) => `${line}${'Mq83vEjR'.repeat(7)}abcdefg`)
    const first = maskChunk(null, `vEjRWeJ\n${lines.join('\n')}\n`)
    expect(first).not.toContain('vEjR')
    const rest = maskChunk(first, `${lines[0]}\nAA==\n-----END RSA PRIVATE KEY-----\ndone\n`)
    expect(rest).not.toContain('vEjR')
    expect(rest).toContain('-----END RSA PRIVATE KEY-----\ndone\n')
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
