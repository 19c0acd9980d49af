import assert from 'node:assert/strict'
import test from 'node:test'
import { UNCOUNTED as share } from '../../content/bytes/share.ts'
import type { Resource } from '../../ports/access.ts'
import { requireAddress, withAddresses } from './browsing.ts'
import { createLinks } from './links.ts'
import type { Issue } from './operation.ts'

const links = createLinks('https://docs.example')

const issue: Issue = async ({ fileId, containerId }) => ({
  accessToken: `t=${fileId ?? containerId ?? 'ecosystem'}`,
  accessTokenTtl: 0,
})

test('requireAddress leads to a file, a container or the ecosystem, with its token', async () => {
  const addressOf = (resource: Resource) => requireAddress({ links, issue, share }, resource)
  const base = 'https://docs.example/wopi'

  assert.equal(await addressOf({ fileId: 'f' }), `${base}/files/f?access_token=t%3Df`)
  assert.equal(await addressOf({ containerId: 'c' }), `${base}/containers/c?access_token=t%3Dc`)
  assert.equal(await addressOf({}), `${base}/ecosystem?access_token=t%3Decosystem`)
})

test('requireAddress without a right is NOT_FOUND', async () => {
  const none: Issue = async () => undefined

  await assert.rejects(requireAddress({ links, issue: none, share }, {}), { code: 'NOT_FOUND' })
})

test('withAddresses asks for nothing but the resource, for a few at a time, and keeps the order', async () => {
  const items = Array.from({ length: 100 }, (_, i) => ({ fileId: `f${i}`, name: `${i}.docx` }))
  const asked: Resource[] = []
  let waiting = 0
  let most = 0
  const slow: Issue = async (resource) => {
    asked.push(resource)
    waiting += 1
    most = Math.max(most, waiting)
    await new Promise((resolve) => setImmediate(resolve))
    waiting -= 1
    return resource.fileId === 'f7' ? undefined : issue(resource)
  }

  const listed = await withAddresses({ links, issue: slow, share }, items)

  assert.equal(most, 32)
  assert.deepEqual(asked[0], { fileId: 'f0' })
  assert.deepEqual(
    listed.map(({ item }) => item),
    items.filter(({ fileId }) => fileId !== 'f7'),
  )
  assert.equal(listed[0]?.url, 'https://docs.example/wopi/files/f0?access_token=t%3Df0')
})
