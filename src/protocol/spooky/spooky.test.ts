import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { cutAt, sizesOf } from '../../../test/helpers/cuts.ts'
import { spookyReference } from '../../../test/helpers/spooky-reference.ts'
import { EMPTY_CHUNK_ID } from '../chunking/chunk-id.ts'
import { createJavaScriptModule } from './javascript.ts'
import type { SpookyModule } from './module.ts'
import { type ChunkHash, createSpooky, HASH_STATE_BYTES, type Spooky } from './spooky.ts'
import { compileWasmModule } from './wasm.ts'

const CONFORMANCE_DIR = process.env.WOPIKIT_CONFORMANCE_DIR
/** The short form ends at 192 bytes, blocks have 96: this reaches well into the long form. */
const LONGEST_SMALL = 420

const utf8 = new TextEncoder()
const SAMPLE = sampleBytes(3 * 196_608)

const MODULES = { WebAssembly: compileWasmModule, JavaScript: createJavaScriptModule }
for (const [name, create] of Object.entries(MODULES))
  describe(`in ${name}`, () => testSpooky(create()))

test('a hash that was begun in WebAssembly goes on in JavaScript, and the other way round', () => {
  const spookies = [compileWasmModule(), createJavaScriptModule()].map(createSpooky)
  const message = SAMPLE.subarray(0, LONGEST_SMALL)
  for (const [one, other] of [spookies, spookies.toReversed()] as [Spooky, Spooky][])
    for (let cut = 0; cut <= message.length; cut++) {
      const begun = one.createHash()
      begun.update(message.subarray(0, cut))

      const restored = other.restoreHash(begun.save())
      restored.update(message.subarray(cut))

      assert.deepEqual(restored.digest(), spookyReference(message), `cut at ${cut}`)
    }
})

test('chunkIdOf answers where WebAssembly is missing, and where a policy refuses to compile it', async () => {
  const { WebAssembly } = globalThis
  class Refused {
    constructor() {
      throw new WebAssembly.CompileError('Refused to compile by Content Security Policy')
    }
  }
  const kinds = { missing: undefined, refused: { ...WebAssembly, Module: Refused } }
  for (const [kind, replacement] of Object.entries(kinds)) {
    Object.assign(globalThis, { WebAssembly: replacement })
    try {
      const fresh = await import(`./spooky.ts?${kind}`)

      const id = fresh.chunkIdOf(new Uint8Array())

      assert.equal(id, EMPTY_CHUNK_ID, kind)
    } finally {
      Object.assign(globalThis, { WebAssembly })
    }
  }
})

/** What has to hold, whichever code hashes. */
function testSpooky(module: SpookyModule): void {
  const { hashBytes, chunkIdOf, createHash, restoreHash } = createSpooky(module)
  /** How much the module takes at once. */
  const PIECE = module.scratchBytes

  test('hashBytes gives the words that Microsoft publishes for "foobar", little-endian', () => {
    const digest = hashBytes(utf8.encode('foobar'))

    const view = new DataView(digest.buffer)
    assert.equal(view.getBigUint64(0, true), 0x86c057a503edde99n)
    assert.equal(view.getBigUint64(8, true), 0x65178fe24e37629an)
  })

  test('chunkIdOf no bytes is the ChunkId that get-chunked-file gives to an empty stream', () => {
    const id = chunkIdOf(new Uint8Array())

    assert.equal(id, EMPTY_CHUNK_ID)
  })

  test('hashBytes and chunkIdOf agree with the conformance vectors', {
    skip: CONFORMANCE_DIR ? false : 'WOPIKIT_CONFORMANCE_DIR is not set',
  }, async () => {
    const path = join(CONFORMANCE_DIR ?? '', 'vectors', 'spooky-v2.json')
    const vectors: Vector[] = JSON.parse(await readFile(path, 'utf8'))

    const computed = vectors.map((vector) => {
      const message = messageOf(vector)
      return [hex(hashBytes(message)), chunkIdOf(message)]
    })

    assert.ok(vectors.length > 0)
    assert.deepEqual(
      computed,
      vectors.map((vector) => [vector.raw, vector.chunkId]),
    )
  })

  test('hashBytes agrees with the reference for every small length', () => {
    for (let length = 0; length <= LONGEST_SMALL; length++) {
      const message = SAMPLE.subarray(0, length)

      const digest = hashBytes(message)

      assert.deepEqual(digest, spookyReference(message), `${length} bytes`)
    }
  })

  test('hashBytes agrees with the reference around the size of a piece', () => {
    for (const length of [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 191]) {
      const message = SAMPLE.subarray(0, length)

      const digest = hashBytes(message)

      assert.deepEqual(digest, spookyReference(message), `${length} bytes`)
    }
  })

  test('createHash agrees with hashBytes for every split in two of every small length', () => {
    for (let length = 0; length <= LONGEST_SMALL; length++) {
      const message = SAMPLE.subarray(0, length)
      const expected = hex(hashBytes(message))
      for (let cut = 0; cut <= length; cut++) {
        const hash = createHash()

        hash.update(message.subarray(0, cut))
        hash.update(message.subarray(cut))

        if (hex(hash.digest()) !== expected) assert.fail(`${length} bytes cut at ${cut}`)
      }
    }
  })

  test('createHash agrees with the reference for small messages split at any point', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 800 }), sizesOf(100), (message, sizes) => {
        const hash = createHash()

        for (const part of cutAt(message, sizes)) hash.update(part)

        assert.equal(hash.length, message.length)
        assert.deepEqual(hash.digest(), spookyReference(message))
      }),
    )
  })

  test('createHash agrees with hashBytes for large messages split at any point', () => {
    const lengths = fc.integer({ min: 0, max: SAMPLE.length })
    fc.assert(
      fc.property(lengths, sizesOf(2 * PIECE), (length, sizes) => {
        const message = SAMPLE.subarray(0, length)
        const hash = createHash()

        for (const part of cutAt(message, sizes)) hash.update(part)

        assert.deepEqual(hash.digest(), hashBytes(message))
      }),
    )
  })

  test('createHash keeps hashes apart that are updated in turn, one-shot hashes between them', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(messages, sizesOf(50), (all, sizes) => {
        const hashes = all.map((message) => ({ hash: createHash(), parts: cutAt(message, sizes) }))

        for (let turn = 0; hashes.some(({ parts }) => turn < parts.length); turn++) {
          for (const { hash, parts } of hashes) updateWith(hash, parts[turn])
          hashBytes(SAMPLE.subarray(0, PIECE + turn))
        }

        assert.deepEqual(
          hashes.map(({ hash }) => hash.digest()),
          all.map((message) => hashBytes(message)),
        )
      }),
    )
  })

  test('digest leaves the hash as it was, so that updating may go on', () => {
    const hash = createHash()
    for (let length = 0; length < LONGEST_SMALL; length++) {
      const before = hex(hash.digest())

      const again = hex(hash.digest())
      hash.update(SAMPLE.subarray(length, length + 1))

      assert.equal(again, before)
      assert.equal(hex(hash.digest()), hex(hashBytes(SAMPLE.subarray(0, length + 1))))
    }
  })

  test('reset forgets every byte, in whichever form the hash was', () => {
    for (const length of [0, 1, 191, 192, 1000]) {
      const hash = createHash()
      hash.update(SAMPLE.subarray(0, length))

      hash.reset()

      assert.equal(hash.length, 0)
      assert.deepEqual(hash.save(), createHash().save())
      assert.deepEqual(hash.digest(), hashBytes(new Uint8Array()))
    }
  })

  test('restoreHash goes on from a state saved at any byte', () => {
    const message = SAMPLE.subarray(0, LONGEST_SMALL)
    const expected = hashBytes(message)
    for (let cut = 0; cut <= message.length; cut++) {
      const hash = createHash()
      hash.update(message.subarray(0, cut))

      const saved = hash.save()
      const restored = restoreHash(saved)
      restored.update(message.subarray(cut))

      assert.equal(saved.length, HASH_STATE_BYTES)
      assert.equal(restored.length, message.length)
      assert.deepEqual(restored.digest(), expected, `cut at ${cut}`)
    }
  })

  test('restoreHash takes a copy of the state and leaves the saved hash alone', () => {
    const hash = createHash()
    hash.update(SAMPLE.subarray(0, 300))
    const saved = Buffer.from(hash.save())

    const restored = restoreHash(saved)
    restored.update(SAMPLE.subarray(0, 1))
    saved.fill(0xff)

    assert.deepEqual(hash.digest(), hashBytes(SAMPLE.subarray(0, 300)))
    const both = [SAMPLE.subarray(0, 300), SAMPLE.subarray(0, 1)]
    assert.deepEqual(restored.digest(), hashBytes(Buffer.concat(both)))
  })

  test('ChunkHash.save returns the same state for the same bytes split at any point', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 800 }), sizesOf(300), (message, sizes) => {
        const whole = createHash()
        whole.update(message)
        const cut = createHash()
        for (const part of cutAt(message, sizes)) cut.update(part)

        const states = [whole.save(), cut.save()]

        assert.deepEqual(states[0], states[1])
      }),
    )
  })

  test('restoreHash refuses what is no state of a hash', () => {
    const saved = createHash().save()
    const ofOtherVersion = saved.with(0, 2)
    const ofImpossibleLength = saved.with(8, 0xff)

    assert.throws(() => restoreHash(saved.subarray(1)), {
      name: 'RangeError',
      message: `Expected a hash state of ${HASH_STATE_BYTES} bytes, got ${HASH_STATE_BYTES - 1} bytes`,
    })
    assert.throws(() => restoreHash(ofOtherVersion), {
      name: 'RangeError',
      message: 'Expected a hash state of version 1, got 2',
    })
    assert.throws(() => restoreHash(ofImpossibleLength), RangeError)
  })
}

interface Vector {
  name: string
  length: number
  raw: string
  chunkId: string
}

/** Vectors name their message: "empty", "12 zero bytes", "12 bytes i&255", or the text itself. */
function messageOf({ name, length }: Vector): Uint8Array {
  if (name === 'empty') return new Uint8Array()
  if (name.endsWith('zero bytes')) return new Uint8Array(length)
  if (name.endsWith('bytes i&255')) return Uint8Array.from({ length }, (_, i) => i & 255)
  return utf8.encode(name)
}

function updateWith(hash: ChunkHash, part: Uint8Array | undefined): void {
  if (part) hash.update(part)
}

/** Bytes without a pattern that a block could repeat: a linear congruential generator. */
function sampleBytes(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 24
  })
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
