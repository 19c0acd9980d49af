import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  addDocument,
  issueToken,
  spawnServer,
  startServer,
  wopikit,
} from '../helpers/wopikit-process.ts'
import { createCoauthWriter } from './coauth-writer.ts'
import { wholeContent } from './content.ts'
import { createDocumentClient } from './document-client.ts'
import { createKilledSweep } from './killed-sweep.ts'
import { createLedger, FIRST_SEQUENCE_NUMBER } from './ledger.ts'
import type { Random } from './random.ts'
import type { Scene } from './scene.ts'
import { createSessionWriter } from './session-writer.ts'
import type { Writer } from './writer.ts'

/** Coauthoring on every document; Office's services are not needed for its locks. */
const COAUTH = [
  ...['--coauth', '*'],
  ...['--ocs-url', 'https://ocs.example', '--rtc-url', 'https://rtc.example'],
]
const OWN_DOCUMENTS = 4
const COAUTHORS = 3

/** `wopikit serve` with documents of its own, beside which a killed process sweeps. */
export function createServerScene(dataDir: string): Scene {
  const options = { dataDir, args: COAUTH }
  const sweep = createKilledSweep(dataDir)
  let sweepRandom: Random | undefined

  return {
    start: () => startServer(options),
    spawn: () => spawnServer(options),

    async createWriters(random, wire) {
      sweepRandom = random.fork()
      const own: Writer[] = []
      for (let index = 0; index < OWN_DOCUMENTS; index += 1) {
        const { ticket, ledger } = await createDocument(dataDir, random, `own${index}`)
        const client = createDocumentClient({ wire, ticket, ledger })
        own.push(createSessionWriter(client, random.fork(), `lock of own${index}`))
      }
      const { ticket, ledger } = await createDocument(dataDir, random, 'shared')
      const shared: Writer[] = []
      for (let index = 0; index < COAUTHORS; index += 1) {
        const userId = `coauthor${index}`
        const token = await issueToken({ fileId: ticket.fileId, dataDir, userId })
        const client = createDocumentClient({ wire, ticket: { ...ticket, token }, ledger })
        shared.push(createCoauthWriter(client, random.fork(), userId))
      }
      return [...own, ...shared]
    },

    async check() {
      await sweep.ended()
      await wopikit(['verify', '--data', dataDir])
      if (sweepRandom) sweep.start(sweepRandom)
    },

    finish: () => sweep.ended(),
  }
}

async function createDocument(dataDir: string, random: Random, name: string) {
  const content = wholeContent(random)
  const folder = join(dataDir, '..', 'sources')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${name}.bin`)
  await writeFile(file, content.bytes)
  const ticket = await addDocument({ file, dataDir, userId: name })
  return { ticket, ledger: createLedger(name, FIRST_SEQUENCE_NUMBER, content) }
}
