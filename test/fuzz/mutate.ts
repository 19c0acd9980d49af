import type { Random } from '../crash/random.ts'

/** Numbers at which something ends or begins. */
const EDGES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]
const INPUT_MAX_BYTES = 16 * 1024
const STEPS_MAX = 6

/** What a mutation takes its parts from. */
export interface Material {
  random: Random
  dictionary: readonly Uint8Array[]
  /** Another input of the corpus. */
  other(): Uint8Array
}

type Mutation = (bytes: Buffer, material: Material) => Buffer

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  setNumber,
  remove,
  repeat,
  insertWord,
  overwriteWord,
  splice,
  cut,
]

/** Changes an input in a few places; the same randomness gives the same result. */
export function mutate(input: Uint8Array, material: Material): Uint8Array {
  const { random } = material
  let bytes = Buffer.from(input)
  for (let step = random.between(1, STEPS_MAX); step > 0; step -= 1) {
    const mutation = MUTATIONS[random.between(0, MUTATIONS.length - 1)]
    if (mutation) bytes = Buffer.from(mutation(bytes, material).subarray(0, INPUT_MAX_BYTES))
  }
  return new Uint8Array(bytes)
}

function place(bytes: Buffer, { random }: Material): number {
  return bytes.length === 0 ? 0 : random.between(0, bytes.length - 1)
}

function flipBit(bytes: Buffer, material: Material): Buffer {
  const at = place(bytes, material)
  if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << material.random.between(0, 7))
  return bytes
}

function setByte(bytes: Buffer, material: Material): Buffer {
  if (bytes.length > 0) bytes[place(bytes, material)] = material.random.between(0, 255)
  return bytes
}

function setNumber(bytes: Buffer, material: Material): Buffer {
  const { random } = material
  const width = [2, 4, 8][random.between(0, 2)] ?? 4
  if (bytes.length < width) return bytes
  const at = random.between(0, bytes.length - width)
  const value = Buffer.alloc(8)
  value.writeBigUInt64LE(EDGES[random.between(0, EDGES.length - 1)] ?? 0n)
  const field = value.subarray(0, width)
  bytes.set(random.chance(0.5) ? field : field.toReversed(), at)
  return bytes
}

function remove(bytes: Buffer, material: Material): Buffer {
  const at = place(bytes, material)
  const length = material.random.between(1, 32)
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
}

function repeat(bytes: Buffer, material: Material): Buffer {
  const at = place(bytes, material)
  const end = at + material.random.between(1, 64)
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)])
}

function word({ random, dictionary }: Material): Uint8Array {
  return dictionary[random.between(0, dictionary.length - 1)] ?? Buffer.of(0)
}

function insertWord(bytes: Buffer, material: Material): Buffer {
  const at = place(bytes, material)
  return Buffer.concat([bytes.subarray(0, at), word(material), bytes.subarray(at)])
}

function overwriteWord(bytes: Buffer, material: Material): Buffer {
  const at = place(bytes, material)
  const chosen = word(material)
  return Buffer.concat([bytes.subarray(0, at), chosen, bytes.subarray(at + chosen.length)])
}

function splice(bytes: Buffer, material: Material): Buffer {
  const other = Buffer.from(material.other())
  const from = place(other, material)
  return Buffer.concat([bytes.subarray(0, place(bytes, material)), other.subarray(from)])
}

function cut(bytes: Buffer, material: Material): Buffer {
  return bytes.subarray(0, place(bytes, material))
}
