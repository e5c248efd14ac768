'use server'

import { action } from '#lib/api/action.ts'
import { pauseRecovery, unpauseRecovery } from '#lib/ledger/index.ts'
import { PauseRecovery, UnpauseRecovery } from '#lib/task/incident-commands.ts'

export const pauseRecoveryAction = action(PauseRecovery, pauseRecovery, 'pauseRecovery')
export const unpauseRecoveryAction = action(UnpauseRecovery, unpauseRecovery, 'unpauseRecovery')
