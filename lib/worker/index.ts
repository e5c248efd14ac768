/** What a program needs to be a worker: a client, a `Worker` with a handler, and what the handler gets and gives. */
export type { Attempt } from './attempt.ts'
export { type Client, createClient } from './client.ts'
export { runCommand } from './command.ts'
export type { Report } from './report.ts'
export { type ClaimedTask, type Handler, Worker, type WorkerOptions } from './worker.ts'
