import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { addressProblem, createAddressWatch, publicUrlOf } from './addresses.ts'
import { ServerError } from './errors.ts'

const NAMED: [set: string, told: string][] = [
  ['https://docs.example:443', 'https://docs.example'],
  ['http://docs.example:80/', 'http://docs.example'],
  ['https://docs.example:8443', 'https://docs.example:8443'],
  ['HTTPS://Docs.Example/', 'https://docs.example'],
  ['https://docs.example//', 'https://docs.example'],
  ['https://docs.example/office/', 'https://docs.example/office'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['https://[2001:DB8::0:1]:443', 'https://[2001:db8::1]'],
]
for (const [publicUrl, told] of NAMED) {
  test(`publicUrlOf writes ${publicUrl} in the form that clients sign`, () => {
    assert.equal(publicUrlOf({ publicUrl, host: '127.0.0.1' }, 8080), told)
  })
}

const LISTENING: [host: string, port: number, told: string][] = [
  ['127.0.0.1', 8080, 'http://127.0.0.1:8080'],
  ['Docs.Example', 80, 'http://docs.example'],
  ['::1', 8080, 'http://[::1]:8080'],
  ['0.0.0.0', 8080, 'http://localhost:8080'],
  ['0', 8080, 'http://localhost:8080'],
  ['::', 80, 'http://localhost'],
  ['0:0:0:0:0:0:0:0', 8080, 'http://localhost:8080'],
]
for (const [host, port, told] of LISTENING) {
  test(`publicUrlOf makes an address of ${host} and port ${port}`, () => {
    assert.equal(publicUrlOf({ publicUrl: undefined, host }, port), told)
  })
}

test('publicUrlOf asks for publicUrl when host gives no address', () => {
  assert.throws(
    () => publicUrlOf({ publicUrl: undefined, host: 'fe80::1%eth0' }, 8080),
    (error) => error instanceof ServerError && /--public-url/.test(error.fix),
  )
})

function problemOf(host: string, publicUrl?: string): string | undefined {
  return addressProblem({ host, publicUrl }, publicUrlOf({ host, publicUrl }, 8080))
}

test('addressProblem asks for publicUrl when other machines can reach the server', () => {
  for (const host of ['0.0.0.0', '::', '0']) assert.match(problemOf(host) ?? '', /--public-url/)
})

test('addressProblem accepts a server with publicUrl, or one that only its own machine reaches', () => {
  for (const host of ['127.0.0.1', 'localhost', '::1', '192.168.1.7', 'docs.example'])
    assert.equal(problemOf(host), undefined, host)
  assert.equal(problemOf('0.0.0.0', 'https://docs.example'), undefined)
  assert.equal(problemOf('0.0.0.0', 'http://localhost:8080'), undefined)
})

/** The log lines when clients use these names for the server. */
function watched(hosts: string[], publicUrl?: string): unknown[] {
  const logged: unknown[] = []
  const line = (fields: Record<string, unknown>) => logged.push(fields.calledAs)
  const log = { debug: line, info: line, warn: line, error: line }
  const watch = createAddressWatch({ publicUrl }, { url: 'http://localhost:8080', log })
  for (const host of hosts) watch({ headers: { host } } as IncomingMessage)
  return logged
}

test('createAddressWatch warns once when clients use another name for the server', () => {
  assert.deepEqual(watched(['127.0.0.1:8080', 'docs.example', 'other.example']), ['docs.example'])
})

test('createAddressWatch does not warn about names of the machine, or when publicUrl is set', () => {
  assert.deepEqual(watched(['localhost:1', '127.0.0.2', '[::1]:8080', 'LOCALHOST']), [])
  assert.deepEqual(watched(['docs.example'], 'http://localhost:8080'), [])
})
