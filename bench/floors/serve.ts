import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens on a free port of the loopback interface and prints the origin. */
export function serve(server: Server): void {
  server.requestTimeout = 0
  server.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}

/** The folder that the floor may write to: its first argument. */
export function ownFolder(): string {
  const folder = process.argv[2]
  if (!folder) throw new Error('the first argument names the folder')
  return folder
}
