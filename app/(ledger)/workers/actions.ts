'use server'

import { action } from '#lib/api/action.ts'
import { declareDead, drainWorker, resumeWorker } from '#lib/ledger/index.ts'
import { DeclareDead, DrainWorker, ResumeWorker } from '#lib/task/commands.ts'

export const drainWorkerAction = action(DrainWorker, drainWorker, 'drainWorker')
export const resumeWorkerAction = action(ResumeWorker, resumeWorker, 'resumeWorker')
export const declareDeadAction = action(DeclareDead, declareDead, 'declareDead')
