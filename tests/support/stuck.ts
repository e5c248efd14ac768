/** Something in the database that refuses one change of some tasks, as a fault of ours or a damaged row would. */
import type { DialectName, Ledger } from './ledger.ts'

/** Tasks whose ids begin with `stuck-` cannot become of this status while the work is done. */
export async function whileStuck(
  { sql }: Pick<Ledger, 'sql'>,
  dialect: DialectName,
  status: string,
  work: () => Promise<void>,
): Promise<void> {
  const when = `WHEN (OLD.id LIKE 'stuck-%' AND NEW.status = '${status}')`
  const [stick, loosen]: [string, string] =
    dialect === 'sqlite'
      ? [
          `CREATE TRIGGER stuck BEFORE UPDATE ON task_history ${when} BEGIN SELECT RAISE(ABORT, 'this row is stuck'); END`,
          'DROP TRIGGER stuck',
        ]
      : [
          `CREATE FUNCTION refuse_stuck() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'this row is stuck'; END $$;
            CREATE TRIGGER stuck BEFORE UPDATE ON task_history FOR EACH ROW ${when} EXECUTE FUNCTION refuse_stuck()`,
          'DROP TRIGGER stuck ON task_history; DROP FUNCTION refuse_stuck()',
        ]
  await sql(stick)
  try {
    await work()
  } finally {
    await sql(loosen)
  }
}
