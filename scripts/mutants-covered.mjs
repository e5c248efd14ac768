/** The list of all guards that a whole run of mutants writes, by file of the ledger and by statement. */

/** `asked` are all guards by their keys, `killed` those that a test missed, `explained` the reasons of others. */
export function coverageOf(asked, killed, explained) {
  const files = new Map()
  for (const [key, { origin, statement, guard }] of asked) {
    const statements = files.get(origin) ?? new Map()
    files.set(origin, statements)
    const state = killed.has(key) ? '' : explained[key] ? `: explained. ${explained[key]}` : ': **not missed**'
    statements.set(statement, [...(statements.get(statement) ?? []), `- \`${guard}\`${state}`])
  }
  const parts = [...files].sort(([left], [right]) => (left < right ? -1 : 1)).map(fileOf)
  return `# The guards that \`npm run test:mutants\` covers\n\nWritten by its last whole run: ${asked.size} guards. Each is missed by a test, or explained.\n\n${parts.join('\n')}`
}

function fileOf([origin, statements]) {
  const lists = [...statements].map(([statement, lines]) => `### ${statement}\n\n${lines.join('\n')}\n`)
  return `## ${origin}\n\n${lists.join('\n')}`
}
