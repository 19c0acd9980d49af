import { expectStatus, openConnection, type Reply } from './connection.ts'

type Send = (head: string) => Promise<Reply>

/** What many clients measured. */
export interface Rates {
  /** Of every request, in ms. */
  latencies: number[]
  /** How long all of it took, in ms. */
  ms: number
}

/**
 * Lets many connections send one request after the other, for a time.
 *
 * @param client makes what connection number `n` does in turn, over and over
 */
export async function requestsFor(
  origin: string,
  load: { connections: number; ms: number },
  client: (n: number) => (send: Send) => Promise<unknown>,
): Promise<Rates> {
  const latencies: number[] = []
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => openConnection(origin)),
  )
  const startedAt = performance.now()
  await Promise.all(
    connections.map(async (connection, n) => {
      const turn = client(n)
      const send: Send = async (head) => {
        const sentAt = performance.now()
        const reply = await connection.send(head)
        latencies.push(performance.now() - sentAt)
        return expectStatus(reply, 200)
      }
      do await turn(send)
      while (performance.now() - startedAt < load.ms)
    }),
  )
  const ms = performance.now() - startedAt
  for (const connection of connections) connection.close()
  return { latencies, ms }
}
