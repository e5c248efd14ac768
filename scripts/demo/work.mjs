/** What the demo's fleet is asked to do: tasks as they would come from an issue tracker, each with a plan for the agent. */

const PEOPLE = ['mira', 'jonas', 'amal', 'teresa']
const MODELS = {
  coder: 'opus-5',
  migrator: 'opus-5',
  reviewer: 'sonnet-5',
  'docs-writer': 'haiku-5',
  triager: 'haiku-5',
}
const REPOS = ['acme/api', 'acme/web', 'acme/billing', 'acme/infra']

/**
 * `ends` tells what becomes of it: success; flaky, once failed; broken, failed for good; undone, failed after it pushed
 * a branch; silent, alive and getting nowhere for a while; asks, waits for a person in the middle; far, from checkpoints.
 */
const WORK = [
  ['coder', 'Fix login redirect loop behind the proxy', 'far', 14],
  ['coder', 'Retry webhook deliveries with backoff', 'success', 10],
  ['reviewer', 'Review: cache invalidation on price change', 'success', 8],
  ['migrator', 'Move invoices.total to integer cents', 'undone', 9],
  ['coder', 'Paginate the audit log endpoint', 'flaky', 9],
  ['docs-writer', 'Document the export format', 'success', 7],
  ['coder', 'Upgrade the date library in the checkout', 'far', 16],
  ['triager', 'Label new issues of this week', 'success', 5],
  ['coder', 'Deploy the rate limiter to staging', 'asks', 10],
  ['migrator', 'Backfill customer time zones', 'silent', 9],
  ['reviewer', 'Review: worker pool shutdown order', 'success', 9],
  ['coder', 'Reproduce the flaky payment test', 'broken', 7],
  ['coder', 'Add keyboard navigation to the date picker', 'success', 12],
  ['docs-writer', 'Write release notes for 4.12', 'success', 8],
  ['coder', 'Rename feature flags to the new scheme', 'undone', 8],
  ['coder', 'Split the session store from the cache', 'far', 18],
  ['triager', 'Close duplicates of the timeout report', 'success', 5],
  ['coder', 'Stop logging full request bodies', 'success', 9],
]
const SKILLS = { coder: 'code', migrator: 'code', reviewer: 'review', 'docs-writer': 'docs', triager: 'docs' }
const STRATEGIES = { far: 'resume-from-checkpoint', undone: 'compensate' }

/** The same number gives the same task. */
export function nextTask(number) {
  const [agent, title, ends, steps] = WORK[number % WORK.length]
  const strategy = STRATEGIES[ends]
  return {
    title,
    repo: REPOS[(number * 7) % REPOS.length],
    issueNumber: 1100 + ((number * 13) % 400),
    user: PEOPLE[(number * 3) % PEOPLE.length],
    agent,
    agentType: 'headless',
    model: MODELS[agent],
    provider: 'anthropic',
    labels: { team: ['core', 'growth', 'payments'][number % 3], kind: agent === 'reviewer' ? 'review' : 'change' },
    requires: [SKILLS[agent]],
    maxRetries: 1,
    payload: { plan: { ends, steps, stepMs: 1800 + ((number * 371) % 1400) } },
    ...(ends === 'silent' ? { progressTimeoutMs: 8000 } : {}),
    ...(ends === 'undone' ? { sideEffects: true } : {}),
    ...(strategy ? { strategy } : {}),
  }
}
