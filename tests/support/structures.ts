/** What pages are made of, in the notation of Playwright: roles and names, in their order, with gaps. */

/** What stands around every page. */
export const FRAME = `
- link "Skip to the page"
- banner:
  - link "Rollcall"
  - navigation "Pages":
    - link "Now"
    - link "Tasks"
    - link "Incidents"
    - link "Workers"
    - link "Sessions"
    - link "Recovery"
    - link "Operations"
    - link "Errors"
  - text: /Sweeper \\d+ s ago/
  - button "Commands"
  - button "admin, menu"
- main:
  - heading [level=1]
`
const table = (name: string, columns: readonly string[]) => `
- table "${name}":
  - rowgroup:
    - row:
${columns.map((column) => `      - columnheader "${column}"`).join('\n')}
`
const PAGER = '- navigation "Pages of the list"'

/** By address; a page that is not named here is held to the frame. */
export const STRUCTURES: Readonly<Record<string, string>> = {
  '/': `
- heading "Now" [level=1]
- term: Sweeper
- term: Database
- term: Running
- definition:
  - link /\\d/
- term: No progress
- term: Interrupted
- term: Failed, recoverable
- term: Quarantined
- term: Waiting
- term: Lease expired
- term: Queued
- heading "Open incidents" [level=2]
- list:
  - listitem:
    - link "Worker burnt/8 was declared dead"
- region "Attempts by worker":
  - heading "Attempts by worker" [level=2]
  - list "Legend"
  - group "Window":
    - button "15 m"
    - button "1 h" [pressed]
    - button "6 h"
    - button "24 h"
  - button "As table"
  - group /^Attempts by worker\\. Arrows go from bar to bar/:
    - list "Workers"
`,
  '/tasks': `
- heading "Tasks" [level=1]
- search:
  - button "Find"
  - combobox "Filter tasks"
- navigation "Views":
  - link /All \\d/
  - link /Under way \\d/
  - link /Running \\d/
  - link /Waiting \\d/
  - link /Interrupted \\d/
  - link /Failed \\d/
  - link /Sealed \\d/
  - button "Save view…"
- table "Tasks":
  - rowgroup:
    - row:
      - columnheader "Select this page Status":
        - checkbox "Select this page"
      - columnheader "Liveness"
      - columnheader "Id"
      - columnheader "Repo and issue"
      - columnheader "Title"
      - columnheader "Agent"
      - columnheader "Worker"
      - columnheader "Attempt"
      - columnheader "Started"
      - columnheader "Last progress"
  - rowgroup:
    - row /Select A task that is interrupted Interrupted dead/:
      - cell:
        - checkbox "Select A task that is interrupted"
      - cell:
        - link "A task that is interrupted"
${PAGER.replace(/$/, ':')}
  - link "Export CSV"
  - link "JSON"
`,
  '/incidents': `
- heading "Incidents" [level=1]
- navigation "States":
  - link "Open"
  - link "Resolved"
  - link "All"
${table('Incidents', ['State', 'Incident', 'Opened', 'Lasted', 'Work cut short', 'Shares', 'Open', 'On it'])}
${PAGER}
`,
  '/workers': `
- heading "Workers" [level=1]
${table('Workers', ['State', 'Liveness', 'Worker', 'Heartbeat', 'Lease', 'Holds', 'Version', 'Registered'])}
${PAGER}
`,
  '/sessions': `
- heading "Sessions" [level=1]
${table('Sessions', ['Status', 'Session', 'Provider', 'Task', 'Attempt', 'Linked', 'Ended', 'Because'])}
${PAGER}
`,
  '/recovery': `
- heading "Recovery" [level=1]
- button "Pause automatic recovery…"
- heading "Interrupted now" [level=2]
${table('Interrupted tasks', ['Status', 'Id', 'Title', 'Worker', 'Interrupted', 'What happens next', 'Because'])}
- heading "Passes" [level=2]
- list
${PAGER}
`,
  '/operations': `
- heading "Operations" [level=1]
${table('Operations', ['Status', 'Act', 'About', 'Reason', 'By', 'Changed', 'Skipped', 'Failed', 'Ordered'])}
${PAGER}
`,
  '/errors': `
- heading "Errors" [level=1]
- table:
  - rowgroup:
    - row:
      - columnheader "Class"
  - rowgroup:
    - row /ModelError/
`,
  '/tasks/interrupted': `
- navigation "Breadcrumbs":
  - link "Tasks"
  - link "Interrupted"
- button "Copy link"
- heading "A task that is interrupted" [level=1]
- region "What happens next":
  - paragraph: /Nothing happens by itself/
  - button "Reassign…"
  - button "Fail…"
  - button "Cancel…"
  - button "Note…"
  - button "More…"
- term: Owner
- term: Lease
- term: Last heartbeat
- term: Last progress
- term: Worker
- region "Attempts and timeline":
  - table "Attempts"
  - region "Timeline":
    - group "Show":
      - button "All" [pressed]
      - button "Transitions"
      - button "Acts"
      - button "Refusals"
    - list
- group "Panels":
  - button "Output" [pressed]
  - button "Payload"
  - button "Session"
- region "Output"
`,
  incident: `
- navigation "Breadcrumbs"
- heading "Worker burnt/8 was declared dead" [level=1]
- button "Reassign all recoverable…"
- button "Fail all…"
- button "Take"
- button "Note…"
- button /Resolve/ [disabled]
- link "Export CSV"
- link "JSON"
- button "Print"
- region "Its tasks"
- region "What happens next"
- region "Tasks of the incident":
  - table "Tasks of the incident"
- region "Timeline"
`,
  worker: `
- navigation "Breadcrumbs"
- heading "burnt/8" [level=1]
- button "Drain…" [disabled]
- button "Declare dead…" [disabled]
- term: Heartbeat
- term: Lease
- term: Holds
- region "Tasks of the worker":
  - table "Tasks of the worker"
`,
  operation: `
- navigation "Breadcrumbs"
- heading "Cancel 2 tasks" [level=1]
- button "Try the 2 skipped again"
- region "Progress":
  - term: In all
  - term: Cancelled
  - term: Skipped
  - term: Could not be done
  - term: To come
- region "Left alone, and why":
  - table "Left alone, and why"
`,
}
