/** Next calls this once a process. It holds no Node module, because Next also builds it for other runtimes. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { start } = await import('./instrumentation-node.ts')
    await start()
  }
}
