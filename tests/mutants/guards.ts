/**
 * The guards of a statement: every condition that stands alone in WHERE, ON and HAVING, or is joined to others by AND,
 * there and in parentheses, at any depth; each alternative of an OR; and an ON CONFLICT that does nothing. It reads the SQL that the ledger writes, not all there is.
 */

export interface Guard {
  /** Where it stands in the text. */
  readonly from: number
  readonly to: number
  readonly text: string
  /** What is put in its place, so that it guards nothing. */
  readonly instead: string
}

interface Token {
  readonly text: string
  readonly from: number
  readonly to: number
}

const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|«\w+»|[A-Za-z_][\w.]*|\d+|<=|>=|<>|->>|->|\S/g
const CLAUSES = ['WHERE', 'HAVING', 'ON']
/** What ends a list of conditions, beside the end of its parentheses. */
const ENDS = [
  ...['GROUP', 'ORDER', 'LIMIT', 'RETURNING', 'UNION', 'JOIN', 'LEFT', 'INNER', 'CROSS', 'FOR', 'DO', 'SET', 'FROM'],
  ...[',', ';', ...CLAUSES],
]

export function guardsOf(sql: string): Guard[] {
  const tokens = [...sql.matchAll(TOKENS)].map(({ 0: text, index }) => ({ text, from: index, to: index + text.length }))
  const reader = { sql, tokens, guards: [] as Guard[] }
  readGroup(reader, 0, tokens.length)
  readConflicts(reader)
  return reader.guards.sort((left, right) => left.from - right.from || right.to - left.to)
}

interface Reader {
  readonly sql: string
  readonly tokens: readonly Token[]
  readonly guards: Guard[]
}

const word = ({ tokens }: Reader, place: number) => tokens[place]?.text.toUpperCase() ?? ''

/** Reads what stands in one pair of parentheses, or the whole statement. */
function readGroup(reader: Reader, from: number, to: number): void {
  const isQuery = ['SELECT', 'WITH', 'INSERT', 'UPDATE', 'DELETE'].includes(word(reader, from))
  if (!isQuery) readConditions(reader, from, to, false)
  let place = isQuery ? from : to
  while (place < to) {
    const text = word(reader, place)
    if (text === '(') {
      const close = closing(reader, place)
      readGroup(reader, place + 1, close)
      place = close + 1
    } else if (CLAUSES.includes(text) && word(reader, place + 1) !== 'CONFLICT') {
      const end = endOfClause(reader, place + 1, to)
      readConditions(reader, place + 1, end, true)
      place = end
    } else place += 1
  }
}

function closing(reader: Reader, open: number): number {
  let depth = 0
  for (let place = open; place < reader.tokens.length; place += 1) {
    if (word(reader, place) === '(') depth += 1
    if (word(reader, place) === ')') depth -= 1
    if (depth === 0) return place
  }
  throw new Error(`a parenthesis is not closed in ${reader.sql}`)
}

function endOfClause(reader: Reader, from: number, to: number): number {
  let place = from
  while (place < to && !ends(word(reader, place))) {
    // IS DISTINCT FROM compares; it begins no list of tables.
    if (word(reader, place) === 'DISTINCT') place += 1
    place = word(reader, place) === '(' ? closing(reader, place) + 1 : place + 1
  }
  return place
}

/** A mark of a lock ends it as the lock does. */
function ends(text: string): boolean {
  return ENDS.includes(text) || text.startsWith('«LOCK')
}

/** Cuts a list of conditions at its ORs, then each part at its ANDs. `sole` says that it guards something as a whole, too. */
function readConditions(reader: Reader, from: number, to: number, sole: boolean): void {
  for (const part of cut(reader, from, to, [','])) {
    const alternatives = cut(reader, part.from, part.to, ['OR'])
    if (sole && alternatives.length > 1) addGuard(reader, part)
    for (const alternative of alternatives) {
      if (alternatives.length > 1) addGuard(reader, alternative, 'OR ')
      const conditions = cut(reader, alternative.from, alternative.to, ['AND'])
      const guards = conditions.length > 1 || (sole && alternatives.length === 1)
      for (const condition of conditions) {
        if (guards) addGuard(reader, condition)
        readInside(reader, condition)
      }
    }
  }
}

interface Range {
  readonly from: number
  readonly to: number
}

function cut(reader: Reader, from: number, to: number, at: readonly string[]): Range[] {
  const parts: Range[] = []
  let start = from
  let cases = 0
  let betweens = 0
  for (let place = from; place < to; place += 1) {
    const text = word(reader, place)
    if (text === '(') place = closing(reader, place)
    else if (text === 'CASE') cases += 1
    else if (text === 'END') cases -= 1
    else if (text === 'BETWEEN') betweens += 1
    else if (text === 'AND' && betweens > 0) betweens -= 1
    else if (cases === 0 && at.includes(text)) {
      parts.push({ from: start, to: place })
      start = place + 1
    }
  }
  parts.push({ from: start, to })
  return parts.filter((part) => part.to > part.from)
}

/** What guards is gone when it is true; an alternative, which lets something through, when it is false. */
function addGuard(reader: Reader, { from, to }: Range, before: '' | 'OR ' = ''): void {
  const begin = reader.tokens[from]?.from ?? 0
  const end = reader.tokens[to - 1]?.to ?? 0
  const text = reader.sql.slice(begin, end).replaceAll(/\s+/g, ' ')
  const instead = before === '' ? 'true' : 'false'
  if (text.toLowerCase() !== 'true') reader.guards.push({ from: begin, to: end, text: `${before}${text}`, instead })
}

function readInside(reader: Reader, { from, to }: Range): void {
  for (let place = from; place < to; place += 1) {
    if (word(reader, place) !== '(') continue
    const close = closing(reader, place)
    readGroup(reader, place + 1, close)
    place = close
  }
}

function readConflicts(reader: Reader): void {
  const { sql, guards } = reader
  for (const found of sql.matchAll(/ON CONFLICT(\s*\([^)]*\))? DO NOTHING/gi)) {
    guards.push({ from: found.index, to: found.index + found[0].length, text: found[0], instead: '' })
  }
}
