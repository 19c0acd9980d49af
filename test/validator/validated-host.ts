import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPermissions } from '../../src/cli/arguments.ts'
import { readProofKeys, writeNewProofKeys } from '../../src/cli/proof-key-file.ts'
import type { Log } from '../../src/ports/log.ts'
import { readConfig } from '../../src/server/config.ts'
import { startServer } from '../../src/server/run.ts'
import { withinTime } from '../../src/validator/node-time-limit.ts'
import { createNodeTransport } from '../../src/validator/node-transport.ts'
import type { World } from '../../src/validator/run/case-run.ts'
import { type Configuration, DOCUMENT_NAME } from './configurations.ts'

/** What a run needs of the world, with a host in it. */
export type ValidatedHost = Omit<World, 'signal'> & AsyncDisposable

const TTL_MS = 10 * 60 * 60 * 1000
/** Bugs of the host have to be seen; refusals, which are logged without a cause, are what is tested. */
const LOG: Log = {
  debug() {},
  info() {},
  warn() {},
  error(fields, message) {
    if (fields.err !== undefined) console.error(message, fields)
  },
}

/**
 * Starts the server in this process, over SQLite and a temporary folder, with one empty document.
 * Waiting moves the server's clock, and takes no time.
 */
export async function openValidatedHost(configuration: Configuration): Promise<ValidatedHost> {
  const { settings, permission, proven } = configuration
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-validated-'))
  let waited = 0
  const now = () => Date.now() + waited
  const keys = proven ? await writeNewProofKeys(join(folder, 'key')) : undefined
  const flags = {
    ...settings,
    data: join(folder, 'data'),
    port: '0',
    ...(keys && { discovery: keys.discoveryFile }),
  }
  const server = await startServer(readConfig({ flags }), { log: LOG, now })
  const { fileId } = await server.host.admin.add({
    name: DOCUMENT_NAME,
    ownerId: 'alice',
    content: async function* () {},
  })
  const { accessToken, accessTokenTtl } = await server.access.mint({
    fileId,
    userId: 'alice',
    displayName: 'Alice',
    permissions: readPermissions(permission),
    ttlMs: TTL_MS,
  })
  return {
    endpoint: {
      wopiSrc: server.host.wopiSrc(fileId),
      accessToken,
      accessTokenTtl,
    },
    ...createNodeTransport(),
    proof: keys && (await readProofKeys(keys.keyFile)),
    now,
    withinTime,
    async sleep(ms) {
      waited += ms
    },
    async [Symbol.asyncDispose]() {
      server.cut()
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}
