/** Repeatable randomness: the same seed gives the same decisions. */
export interface Random {
  /** A whole number, from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  /** A stream of its own, so that others drawing more or less does not change it. */
  fork(): Random
}

const GOLDEN_RATIO = 0x9e3779b9

/** @param seed a whole number below 2^32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  // splitmix32: one addition and three rounds of mixing for each number.
  const next = () => {
    state = (state + GOLDEN_RATIO) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const between = (low: number, high: number) => low + (next() % (high - low + 1))
  return {
    between,
    chance: (probability) => next() < probability * 2 ** 32,
    fork: () => createRandom(next()),
  }
}

/** Bytes that only this number gives, so that foreign or mixed ones are noticed. */
export function bytesFrom(seed: number, length: number): Uint8Array {
  const random = createRandom(seed)
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let index = 0; index < words.length; index += 1)
    words[index] = random.between(0, 2 ** 32 - 1)
  return new Uint8Array(words.buffer, 0, length)
}
