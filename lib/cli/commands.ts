/** All commands there are, in the order in which --help lists them. */
import type { Command } from 'commander'
import { actCommands } from './act.ts'
import { adoptCommand } from './adopt.ts'
import { auditCommand } from './audit.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { operationsCommand } from './bulk.ts'
import { compensationCommand } from './compensation.ts'
import { completionCommand } from './completion.ts'
import { configCommand } from './config.ts'
import { doctorCommand } from './doctor.ts'
import { drainCommand } from './drain.ts'
import { hookCommand } from './hook.ts'
import { importCommand } from './import.ts'
import { incidentCommand } from './incident.ts'
import { incidentsCommand } from './incidents.ts'
import { membersCommand } from './members.ts'
import { pauseCommand, unpauseCommand } from './pause.ts'
import { recoverCommand } from './recover.ts'
import { runCommand } from './run.ts'
import { taskCommand } from './task.ts'
import { tasksCommand } from './tasks.ts'
import { tokenCommand } from './token.ts'
import { webhooksCommand } from './webhooks.ts'
import { workCommand } from './work.ts'
import { workersCommand } from './workers.ts'

export function allCommands(program: Command): Command[] {
  return [
    runCommand(),
    workCommand(),
    tasksCommand(),
    taskCommand(),
    workersCommand(),
    ...actCommands(),
    adoptCommand(),
    compensationCommand(),
    operationsCommand(),
    recoverCommand(),
    drainCommand(),
    incidentsCommand(),
    incidentCommand(),
    pauseCommand(),
    unpauseCommand(),
    hookCommand(),
    importCommand(),
    doctorCommand(),
    tokenCommand(),
    membersCommand(),
    webhooksCommand(),
    auditCommand(),
    configCommand(),
    backupCommand(),
    restoreCommand(),
    completionCommand(program),
  ]
}
