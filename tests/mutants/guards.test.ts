import { describe, expect, it } from 'vitest'
import { guardsOf } from './guards.ts'

const textsOf = (sql: string) => guardsOf(sql).map(({ text }) => text)

function without(sql: string, text: string): string {
  const guard = guardsOf(sql).find((one) => one.text === text)
  return guard ? sql.slice(0, guard.from) + guard.instead + sql.slice(guard.to) : 'no such guard'
}

describe('the guards of a statement', () => {
  it('are the conditions of WHERE, up to what follows it', () => {
    expect(textsOf('UPDATE t SET a = 1 WHERE id = 2 AND b IS NULL RETURNING id')).toEqual(['id = 2', 'b IS NULL'])
    expect(textsOf('SELECT 1 FROM t WHERE a = 1 ORDER BY b LIMIT 1')).toEqual(['a = 1'])
    expect(textsOf('SELECT a FROM t WHERE a = 1 GROUP BY a HAVING count(*) > 1')).toEqual(['a = 1', 'count(*) > 1'])
  })

  it('are the conditions of a join', () => {
    expect(textsOf('SELECT 1 FROM a JOIN b ON b.x = a.x AND b.y = 1 LEFT JOIN c ON c.z = a.z WHERE a.w')).toEqual([
      ...['b.x = a.x', 'b.y = 1', 'c.z = a.z', 'a.w'],
    ])
  })

  it('are the whole of a subquery, and each condition inside it', () => {
    const inner = 'NOT EXISTS (SELECT 1 FROM b WHERE b.x = a.x AND b.y)'
    expect(textsOf(`SELECT 1 FROM a WHERE a.z AND ${inner}`)).toEqual(['a.z', inner, 'b.x = a.x', 'b.y'])
    expect(textsOf('SELECT (SELECT max(o.x) FROM o WHERE o.y = 1) AS m FROM a')).toEqual(['o.y = 1'])
  })

  it('are alternatives as a whole, each of them, and within it what is joined by AND', () => {
    const alternatives = ['OR b', 'OR c AND d', 'c', 'd']
    expect(textsOf('DELETE FROM a WHERE x AND (b OR c AND d)')).toEqual(['x', '(b OR c AND d)', ...alternatives])
    expect(textsOf('DELETE FROM a WHERE b OR c AND d')).toEqual(['b OR c AND d', ...alternatives])
    expect(without('DELETE FROM a WHERE b OR c AND d', 'OR b')).toBe('DELETE FROM a WHERE false OR c AND d')
  })

  it('are computed columns that join conditions', () => {
    expect(textsOf('SELECT w.*, (w.a IN (1, 2) AND w.b > 1) AS leased FROM w')).toEqual(['w.a IN (1, 2)', 'w.b > 1'])
  })

  it('leave the AND of BETWEEN, of CASE and of strings alone', () => {
    expect(textsOf('SELECT 1 FROM a WHERE x BETWEEN 1 AND 2 AND y')).toEqual(['x BETWEEN 1 AND 2', 'y'])
    expect(textsOf("SELECT 1 FROM a WHERE x = 'a AND (b' AND y")).toEqual(["x = 'a AND (b'", 'y'])
    const chosen = 'x = CASE WHEN a AND b THEN 1 ELSE 2 END'
    expect(textsOf(`SELECT 1 FROM a WHERE ${chosen} AND y`)).toEqual([chosen, 'y'])
  })

  it('are the conditions of an upsert, and an upsert that does nothing', () => {
    const sql = 'INSERT INTO a (x) SELECT y FROM b WHERE true ON CONFLICT (x) DO UPDATE SET x = 1 WHERE a.z = 1 AND a.w'
    expect(textsOf(sql)).toEqual(['a.z = 1', 'a.w'])
    const nothing = 'INSERT INTO a (x) SELECT y FROM b WHERE true ON CONFLICT DO NOTHING RETURNING id'
    expect(textsOf(nothing)).toEqual(['ON CONFLICT DO NOTHING'])
    expect(without(nothing, 'ON CONFLICT DO NOTHING')).toBe(
      'INSERT INTO a (x) SELECT y FROM b WHERE true  RETURNING id',
    )
  })

  it('end where rows are locked, and at the next table', () => {
    expect(textsOf('SELECT 1 FROM a JOIN b ON b.x = a.x, c WHERE a.y «lock7»')).toEqual(['b.x = a.x', 'a.y'])
  })

  it('can each be taken away, and the rest stays', () => {
    expect(without('DELETE FROM a WHERE x = 1 AND (y = 2)', 'x = 1')).toBe('DELETE FROM a WHERE true AND (y = 2)')
    expect(without('SELECT 1 FROM a JOIN b ON b.x = a.x', 'b.x = a.x')).toBe('SELECT 1 FROM a JOIN b ON true')
  })
})
