import { readConfig } from '../../src/server/config.ts'
import { type OpenedAdmin, openAdmin, type Permission } from '../../src/server/open-admin.ts'
import type { Ticket } from '../helpers/wopikit-process.ts'
import type { Size, Stage } from './attack.ts'

const HOUR_MS = 60 * 60 * 1000
const ALL_BUT_BROWSE: readonly Permission[] = ['read', 'write', 'create', 'rename', 'delete']

/** Opens a data folder to put documents into it. */
export async function openStage(dataDir: string, size: Size): Promise<Stage & AsyncDisposable> {
  const admin = await openAdmin(readConfig({ flags: { data: dataDir, minFreeBytes: '0' } }), {
    create: true,
  })
  let documents = 0

  async function add(content: Uint8Array | AsyncIterable<Uint8Array> = new Uint8Array(0)) {
    documents += 1
    const opened = () => (content instanceof Uint8Array ? piecesOf(content) : content)
    const name = `document ${documents}.docx`
    return (await admin.add({ name, ownerId: 'owner', content: opened })).fileId
  }

  async function ticket(fileId: string, userId: string, permissions = ALL_BUT_BROWSE) {
    const token = await mint(admin, { fileId }, userId, permissions)
    return { fileId, token, path: `/wopi/files/${fileId}` }
  }

  return {
    scaled: (full, short) => (size === 'full' ? full : short),
    add,
    ticket,
    document: async (userId, content) => ticket(await add(content), userId),
    async rootContainer(userId): Promise<Ticket> {
      const { containerId } = await admin.tree.root({ userId })
      const token = await mint(admin, { containerId }, userId, ['read', 'browse'])
      return { fileId: containerId, token, path: `/wopi/containers/${containerId}` }
    },
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  }
}

async function mint(
  admin: OpenedAdmin,
  resource: { fileId: string } | { containerId: string },
  userId: string,
  permissions: readonly Permission[],
): Promise<string> {
  const who = { userId, displayName: userId, permissions, ttlMs: HOUR_MS }
  return (await admin.access.mint({ ...resource, ...who })).accessToken
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
