/** A proxy before a database, which can take the database away and bring it back. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface DatabaseProxy {
  /** The URL of the database, through the proxy. */
  readonly url: string
  /** Breaks all connections and refuses new ones. */
  cut(): Promise<void>
  /** Listens again, on the same port. */
  mend(): Promise<void>
  close(): Promise<void>
}

export async function openProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const through = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let server: Server | undefined

  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server = createServer((near) => {
        const far = connect(Number(target.port), target.hostname)
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(one)
          one.on('error', () => {}).on('close', () => other.destroy())
          one.pipe(other)
        }
      })
      server.once('error', reject).listen(port, '127.0.0.1', () => {
        const address = server?.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
  const cut = () =>
    new Promise<void>((resolve) => {
      server?.close(() => resolve())
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    })

  through.port = String(await listen(0))
  return {
    url: through.href,
    cut,
    mend: async () => void (await listen(Number(through.port))),
    close: cut,
  }
}
