/** Fills the ledgers that tests open with bystanders, when the runner says so. */

import { lookAtCrowd, seedCrowd } from '../support/crowd.ts'
import { whenOpened } from '../support/ledger.ts'
import { controls } from './controls.ts'

whenOpened.push(async ({ sql }) => {
  controls.unharmed = undefined
  if (!controls.crowded) return
  await seedCrowd(sql)
  const before = await lookAtCrowd(sql)
  controls.unharmed = async () => before === (await lookAtCrowd(sql))
})
