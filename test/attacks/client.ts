/** The process of an attacker: it is told what to do by the one that has started it. */
import { createAssault } from './assault.ts'
import type { Size } from './attack.ts'
import { ATTACKS } from './attacks/index.ts'

/** What an attacker is told. */
export interface Order {
  name: string
  origin: string
  dataDir: string
  size: Size
  seconds: number
  prepared: unknown
}

process.once('message', async (order: Order) => {
  const { name, seconds, prepared } = order
  const attack = ATTACKS.find((candidate) => candidate.name === name)
  if (!attack) throw new Error(`There is no attack ${name}`)
  const over = new AbortController()
  const assault = createAssault({ ...order, over: over.signal })
  const timeIsOver = new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000).unref()
  })
  const failed = (error: Error) => assault.exceeded(`the attack itself failed: ${error.stack}`)
  await Promise.race([attack.run(assault, prepared).catch(failed), timeIsOver])
  over.abort()
  // What is under way may still count its answer, or tell what it has found.
  await new Promise((resolve) => setTimeout(resolve, 200))
  process.send?.(assault.finish(), () => process.exit())
})
