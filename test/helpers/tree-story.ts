import assert from 'node:assert/strict'
import type { Access, Permission } from '../../src/ports/access.ts'
import {
  BASE_URL,
  MINUTE,
  once,
  type SendOptions,
  START,
  type TestHost,
  type TestReply,
} from './test-host.ts'

const EVERYTHING: ReadonlySet<Permission> = new Set([
  'read',
  'write',
  'create',
  'rename',
  'delete',
  'browse',
])

/** Lets every token do everything, and makes tokens, but none for the ids and uses in `hidden`. */
export function accessHiding(hidden: ReadonlySet<string>): Access {
  return {
    async authenticate(token) {
      const [userId = ''] = token.split(':')
      return {
        userId,
        displayName: userId,
        permissions: EVERYTHING,
        expiresAt: START + 600 * MINUTE,
      }
    },
    async issue({ user, fileId, containerId }) {
      if (hidden.has(fileId ?? containerId ?? 'ecosystem')) return undefined
      return { accessToken: `${user.userId}:all`, accessTokenTtl: START + 600 * MINUTE }
    },
  }
}

/** Lets every token do everything, and makes none. */
export function accessWithoutTokens(): Access {
  const { authenticate } = accessHiding(new Set())
  return { authenticate }
}

/** Adds a container, to the root when no other is named. */
export async function addContainer(
  host: TestHost,
  name: string,
  parentId?: string,
): Promise<string> {
  const parent = parentId ?? (await rootId(host))
  const created = await host.tree.createContainer({ parentId: parent, name, userId: 'owner' })
  assert.ok(created.ok)
  return created.container.containerId
}

/** Adds a file, to the root container when no other is named. */
export async function addFile(
  host: TestHost,
  name: string,
  options: { containerId?: string; content?: Uint8Array } = {},
): Promise<string> {
  const { containerId = await rootId(host), content = new Uint8Array(0) } = options
  const userId = 'owner'
  const created = await host.tree.createFile({ containerId, name, userId, content: once(content) })
  assert.ok(created.ok)
  return created.fileId
}

export async function rootId(host: TestHost): Promise<string> {
  return (await host.tree.root({ userId: 'alice' })).containerId
}

/** Asks as somebody who may do everything. */
export function ask(
  host: TestHost,
  target: string,
  options: SendOptions & { override?: string } = {},
): Promise<TestReply> {
  const { override, headers, ...rest } = options
  return host.request(target, {
    token: 'alice:all',
    method: override === undefined ? 'GET' : 'POST',
    ...rest,
    headers: { ...(override !== undefined && { 'X-WOPI-Override': override }), ...headers },
  })
}

/** Asks, and gives what the answer says. */
export async function askJson(
  host: TestHost,
  target: string,
  options: SendOptions & { override?: string } = {},
) {
  const reply = await ask(host, target, options)
  assert.equal(reply.status, 200, reply.headers.get('X-WOPI-FailureReason') ?? '')
  assert.equal(reply.headers.get('Content-Type'), 'application/json')
  return JSON.parse(reply.text)
}

/** Goes to an address that the host has given, with nothing but the token in it. */
export function follow(host: TestHost, url: string): Promise<TestReply> {
  assert.ok(url.startsWith(`${BASE_URL}/wopi/`), url)
  return host.request(url.slice(BASE_URL.length), { token: undefined })
}
