'use server'

import { action, call } from '#lib/api/action.ts'
import {
  createWebhook,
  deleteWebhook,
  redeliverWebhook,
  rotateWebhook,
  testWebhook,
  updateWebhook,
} from '#lib/ledger/index.ts'
import { CreateWebhook, DeleteWebhook, OneWebhook, RedeliverWebhook, SwitchWebhook } from '#lib/task/webhook.ts'

export const createWebhookAction = call(CreateWebhook, createWebhook, 'createWebhook', 'admin')
export const rotateWebhookAction = call(OneWebhook, rotateWebhook, 'rotateWebhook', 'admin')
export const switchWebhookAction = action(SwitchWebhook, updateWebhook, 'updateWebhook', 'admin')
export const deleteWebhookAction = action(DeleteWebhook, deleteWebhook, 'deleteWebhook', 'admin')
export const testWebhookAction = action(OneWebhook, testWebhook, 'testWebhook', 'admin')
export const redeliverWebhookAction = action(RedeliverWebhook, redeliverWebhook, 'redeliverWebhook', 'admin')
