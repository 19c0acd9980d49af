import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import express from 'express'
import { createTestTimers } from '../../test/helpers/http-server.ts'
import { createMemoryBlobStore } from '../stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../stores/metadata/sqlite/in-memory.ts'
import { createHost } from './create-host.ts'
import type { HostOptions } from './host-options.ts'

const LOG = { debug() {}, info() {}, warn() {}, error() {} }

function options(more: Partial<HostOptions> = {}): HostOptions {
  return {
    publicUrl: 'https://docs.example.com',
    metadata: createMemoryMetadataStore(),
    blobs: createMemoryBlobStore(),
    access: { authenticate: async () => undefined },
    log: LOG,
    ...more,
  }
}

describe('createHost', () => {
  for (const name of ['publicUrl', 'metadata', 'blobs', 'access'] as const)
    test(`createHost without ${name} says what it needs`, () => {
      const { [name]: _, ...rest } = options()

      assert.throws(() => createHost(rest as HostOptions), {
        name: 'TypeError',
        message: new RegExp(`^createHost needs ${name}: `),
      })
    })

  test('createHost names an unknown option', () => {
    const misspelt = { ...options(), acces: {} } as HostOptions

    assert.throws(() => createHost(misspelt), /no option acces; there are: .*access/)
  })

  test('createHost says which kind of value an option needs, and which kind it got', () => {
    const wrong: [object, RegExp][] = [
      [{ containers: 'no' }, /containers must be a boolean, not a text/],
      [{ properties: {} }, /properties must be a function, not a object/],
      [{ access: {} }, /access must have a method authenticate/],
      [{ blobs: createMemoryMetadataStore() }, /blobs must have a method put/],
      [{ corsOrigins: APP_ORIGIN }, /corsOrigins must be a list, not a text/],
    ]
    for (const [more, message] of wrong)
      assert.throws(() => createHost({ ...options(), ...more } as HostOptions), message)
  })

  test('createHost without a log writes warnings and errors to the console', async (t) => {
    const { log: _, ...silent } = options()
    const error = t.mock.method(console, 'error', () => {})
    const metadata = createMemoryMetadataStore()
    metadata.readDocument = () => Promise.reject(new Error('broken'))
    const permissions = new Set(['read'] as const)
    const access = {
      authenticate: async () => ({ userId: 'a', displayName: 'A', permissions, expiresAt: 0 }),
    }
    const host = createHost({ ...silent, metadata, access })

    await host.fetch(new Request(`${host.wopiSrc('a')}?access_token=t`))

    assert.match(String(error.mock.calls[0]?.arguments[0]), /^wopikit: A request failed/)
  })

  test('host.configureServer refuses an Express application in place of its server', () => {
    const host = createHost(options())

    assert.throws(() => host.configureServer(express() as never), {
      name: 'TypeError',
      message: /needs a server of node:http, such as the result of app.listen\(\)/,
    })
  })

  test('documents.create refuses content that is not a stream', async () => {
    const host = createHost(options())
    for (const content of ['text', Buffer.from('x'), null, undefined])
      await assert.rejects(
        host.documents.create({ name: 'a.txt', ownerId: 'ada', content: content as never }),
        { name: 'TypeError', message: /must be an AsyncIterable<Uint8Array>/ },
      )
  })
})

describe('host.close', () => {
  /** A host one of whose requests waits until the test lets it go. */
  function slowHost(more: Partial<HostOptions> = {}) {
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const access = {
      async authenticate() {
        asked.resolve()
        await go.promise
        return undefined
      },
    }
    const host = createHost(options({ access, ...more }))
    const reply = host.fetch(new Request(`${host.wopiSrc('a')}?access_token=t`))
    return { host, reply, asked: asked.promise, go: () => go.resolve() }
  }

  test('host.close waits for requests in progress, and refuses new ones', async () => {
    const { host, reply, asked, go } = slowHost()
    await asked
    let isClosed = false

    const closing = host.close().then(() => {
      isClosed = true
    })
    const late = await host.fetch(new Request(host.wopiSrc('b')))
    const wasClosed = isClosed
    go()
    await closing

    assert.deepEqual([wasClosed, late.status, (await reply).status], [false, 503, 401])
  })

  test('host.close waits no longer than its grace time, and warns that requests will fail', async () => {
    const timers = createTestTimers()
    const warn = mock.fn()
    const { host, reply, asked, go } = slowHost({ timers, log: { ...LOG, warn } })
    await asked

    const closing = host.close({ graceMs: 500 })
    timers.advance(500)
    await closing

    assert.match(String(warn.mock.calls[0]?.arguments[1]), /before some requests were answered/)
    go()
    await reply
  })

  test('host.close makes the Fetch mount end each connection with the reply in progress', async () => {
    const { host, reply, asked, go } = slowHost()
    await asked

    const closing = host.close()
    go()
    await closing

    assert.equal((await reply).headers.get('Connection'), 'close')
  })
})

const APP_ORIGIN = 'https://app.example.com'
