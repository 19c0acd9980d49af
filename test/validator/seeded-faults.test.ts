import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openBuiltInHost, runBuiltIn } from './built-in-host.ts'
import { FAULTS } from './seeded-faults.ts'

describe('The built-in suites', () => {
  for (const { does, seenBy, features, proxy, pipelined, stores } of FAULTS) {
    test(`find a host that ${does}`, async () => {
      const { world } = await openBuiltInHost(features ? { features } : {}, {
        ...(proxy && { proxy }),
        ...(pipelined && { pipelined }),
        ...(stores && { stores }),
      })

      const results = await runBuiltIn(world, { selection: { names: seenBy }, delays: true })

      const others = results.filter(({ verdict }) => verdict !== 'fail')
      assert.deepEqual(
        others.map(({ name }) => name),
        [],
      )
      assert.equal(results.length, seenBy.length)
    })
  }
})
