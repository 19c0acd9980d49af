import assert from 'node:assert/strict'
import test from 'node:test'
import { BlobStoreFullError } from '../../../ports/blob-store.ts'
import { createFreeSpace } from './free-space.ts'
import { systemCalls } from './system-calls.ts'

const MIB = 1024 * 1024

function watch(disk: { freeBytes: number }) {
  let measurements = 0
  let time = 0
  const freeBytes = async () => {
    measurements += 1
    return disk.freeBytes
  }
  const options = { directory: '/data', reserveBytes: 100 * MIB, now: () => time }
  return {
    space: createFreeSpace({ ...systemCalls, freeBytes }, options),
    measurements: () => measurements,
    advance: (ms: number) => {
      time += ms
    },
  }
}

test('take refuses bytes when all writers together would use up the reserve', async () => {
  const { space } = watch({ freeBytes: 108 * MIB })

  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => space.take(MIB)))

  const refused = outcomes.filter(({ status }) => status === 'rejected')
  assert.equal(refused.length, 4)
  await assert.rejects(space.take(1), BlobStoreFullError)
})

test('take measures free space again after a time, and after many bytes', async () => {
  const disk = { freeBytes: 1000 * MIB }
  const { space, measurements, advance } = watch(disk)

  await space.take(MIB)
  await space.take(MIB)
  const first = measurements()
  advance(100)
  await space.take(16 * MIB)
  const second = measurements()
  await space.take(MIB)

  assert.deepEqual([first, second, measurements()], [1, 2, 3])
})

test('take succeeds again once there is more room', async () => {
  const disk = { freeBytes: 100 * MIB }
  const { space, advance } = watch(disk)

  await assert.rejects(space.take(1), BlobStoreFullError)
  disk.freeBytes += 1
  advance(100)

  await space.take(1)
})

test('check refuses when only the reserve is left, and takes nothing', async () => {
  const disk = { freeBytes: 100 * MIB }
  const { space, advance } = watch(disk)

  await space.check()
  await space.check()
  disk.freeBytes -= 1
  advance(100)

  await assert.rejects(space.check(), BlobStoreFullError)
})
