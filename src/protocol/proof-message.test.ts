import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofMessage } from './proof-message.ts'
import { msFromTicks, ticksFromMs } from './ticks.ts'

function hex(url: string, accessToken = ''): string {
  return Buffer.from(proofMessage({ accessToken, url, timestamp: 258n })).toString('hex')
}

test('proofMessage puts the length before each of token, upper-cased address and timestamp', () => {
  const token = `00000003${Buffer.from('tÖ').toString('hex')}`
  const address = `00000009${Buffer.from('HTTPS://A').toString('hex')}`

  assert.equal(hex('https://a', 'tÖ'), `${token}${address}000000080000000000000102`)
})

test('proofMessage leaves escapes in the address as they are but for their case', () => {
  assert.equal(hex('/a%2fb?c=%C3%A4+d'), hex('/A%2FB?C=%C3%A4+D'))
  assert.notEqual(hex('/a%2fb'), hex('/a/b'))
})

test('proofMessage upper-cases as .NET does where one character does not become one other', () => {
  assert.equal(hex('straße-ı-ſ-é'), hex('STRAßE-ı-ſ-É'))
  assert.notEqual(hex('ß'), hex('SS'))
})

test('ticksFromMs and msFromTicks count from the year 1', () => {
  assert.equal(ticksFromMs(0), 621_355_968_000_000_000n)
  assert.equal(msFromTicks(ticksFromMs(1_767_225_600_123)), 1_767_225_600_123)
})
