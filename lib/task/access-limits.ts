/** What bounds passwords, links and tokens. Without zod, since forms in the browser tell of them too. */
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export const ACCESS_LIMITS = {
  passwordMin: 10,
  passwordMax: 200,
  linkMsMin: 60_000,
  linkMsMax: 30 * DAY_MS,
  invitationMs: 7 * DAY_MS,
  setupMs: DAY_MS,
  resetMs: DAY_MS,
  tokenMsMin: 60_000,
  tokenMsMax: 3650 * DAY_MS,
  graceMs: DAY_MS,
  graceMsMax: 30 * DAY_MS,
} as const
