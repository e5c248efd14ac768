/** Prisma's models, which the pages read by, and the migrations of both databases tell of the same tables. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DialectName, forEachDialect, type Ledger } from '../support/ledger.ts'
import { ROOT } from '../support/sources.ts'

interface Model {
  readonly table: string
  readonly columns: readonly string[]
  readonly indexes: readonly string[]
}

/** The type of each of Prisma's scalars as the databases call it. */
const TYPES: Record<string, Record<DialectName, string>> = {
  String: { sqlite: 'TEXT', postgresql: 'text' },
  Int: { sqlite: 'INTEGER', postgresql: 'integer' },
  BigInt: { sqlite: 'BIGINT', postgresql: 'bigint' },
  Float: { sqlite: 'REAL', postgresql: 'double precision' },
  Boolean: { sqlite: 'BOOLEAN', postgresql: 'boolean' },
  Json: { sqlite: 'JSONB', postgresql: 'jsonb' },
}

function modelsFor(dialect: DialectName): Model[] {
  const text = readFileSync(join(ROOT, 'prisma/models.prisma'), 'utf8')
  return [...text.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].map(([, body = '']) => {
    const lines = body.split('\n').map((line) => line.trim())
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? ''
    return {
      table,
      columns: lines.flatMap((line) => columnOf(line, dialect)).sort(),
      indexes: [...body.matchAll(/@@(?:index|unique)\(.*map: "(\w+)"/g)].map(([, name = '']) => name),
    }
  })
}

/** A column as `name type` or `name type?`; none for relations and attributes of the table. */
function columnOf(line: string, dialect: DialectName): string[] {
  const [, field = '', scalar = '', optional = ''] = /^(\w+)\s+(\w+)(\?|\[\])?/.exec(line) ?? []
  const type = TYPES[scalar]?.[dialect]
  if (type === undefined) return []
  // SQLite counts up only what is called INTEGER, which holds 64 bits there.
  const own = dialect === 'sqlite' && line.includes('autoincrement') ? 'INTEGER' : type
  return [`${/@map\("(\w+)"\)/.exec(line)?.[1] ?? field} ${own}${optional}`]
}

async function columnsOf(dialect: DialectName, { sql }: Ledger, table: string): Promise<string[]> {
  const rows =
    dialect === 'sqlite'
      ? await sql(`SELECT name, type, "notnull" = 0 AS optional FROM pragma_table_info('${table}')`)
      : await sql(`SELECT column_name AS name, data_type AS type, is_nullable = 'YES' AS optional
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '${table}'`)
  return rows.map(({ name, type, optional }) => `${name} ${type}${optional ? '?' : ''}`).sort()
}

async function namesOf(dialect: DialectName, { sql }: Ledger, kind: 'table' | 'index'): Promise<string[]> {
  const catalog =
    kind === 'table' ? 'SELECT tablename AS name FROM pg_tables' : 'SELECT indexname AS name FROM pg_indexes'
  const rows =
    dialect === 'sqlite'
      ? await sql(`SELECT name FROM sqlite_master WHERE type = '${kind}' AND name NOT LIKE 'sqlite_%'`)
      : await sql(`${catalog} WHERE schemaname = 'public'`)
  return rows.map(({ name }) => String(name)).sort()
}

describe('the models', () => {
  forEachDialect('and the tables', (open, dialect) => {
    const models = modelsFor(dialect)

    it('are as many', async () => {
      const tables = (await namesOf(dialect, await open(), 'table')).filter((name) => name !== '_prisma_migrations')
      expect(models.map(({ table }) => table).sort()).toEqual(tables)
    })

    it.each(models)('agree on the columns of $table', async ({ table, columns }) => {
      expect(columns).not.toEqual([])
      expect(await columnsOf(dialect, await open(), table)).toEqual(columns)
    })

    it('agree on the indexes that the models name', async () => {
      const names = await namesOf(dialect, await open(), 'index')
      expect(models.flatMap(({ indexes }) => indexes).filter((name) => !names.includes(name))).toEqual([])
    })
  })
})
