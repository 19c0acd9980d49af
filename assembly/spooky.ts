// SpookyHash V2 (https://burtleburtle.net/bob/hash/spooky.html), both seeds 0.
//
// Nothing is allocated: the memory is fixed, and the caller copies its bytes to
// SCRATCH piece by piece. Two hashes can be in memory at a time, each in a state of 296 bytes:
//
//   offset | width | field
//   -------+-------+---------------------------------------------------------------
//        0 |     8 | bytes hashed so far
//        8 |    96 | the twelve variables; without meaning before the 192nd byte
//      104 |   192 | bytes not yet mixed: all of them below 192, else length mod 96

const BLOCK_BYTES: usize = 96
/** Below this a message is hashed by the short form. */
const SHORT_BYTES: usize = 192
const SEED: u64 = 0xdeadbeefdeadbeef

const VARIABLES: usize = 8
const PENDING: usize = 104

/** Where a digest is left: 16 bytes, h1 and then h2, little-endian. */
export const DIGEST: usize = 0
/** The state of the incremental hash that is in use. */
export const ACTIVE: usize = 64
/** The state of a one-shot hash that is too long for SCRATCH. */
export const ONE_SHOT: usize = 384
/** Where the caller puts bytes; there is room for pending bytes before and for padding behind. */
export const SCRATCH: usize = 1024
/**
 * 2048 blocks, so that whole pieces leave nothing pending. Measured from 2 to 384 KiB: small pieces
 * win by a third where memory is idle and lose as much where it is busy; these are steady.
 */
export const SCRATCH_BYTES: usize = 196608

/** Starts the hash in `state` anew. */
export function reset(state: usize): void {
  store<u64>(state, 0)
}

/** Hashes the first `length` bytes of SCRATCH, at most SCRATCH_BYTES, into DIGEST. */
export function hash(length: usize): void {
  if (length < SHORT_BYTES) return hashShort(SCRATCH, length)
  begin(ONE_SHOT)
  const blocks = length / BLOCK_BYTES
  mix(ONE_SHOT, SCRATCH, SCRATCH + blocks * BLOCK_BYTES)
  end(ONE_SHOT, SCRATCH + blocks * BLOCK_BYTES, length % BLOCK_BYTES)
}

/** Adds the first `length` bytes of SCRATCH to the hash in `state`. */
export function update(state: usize, length: usize): void {
  const before = load<u64>(state)
  const after = before + length
  store<u64>(state, after)
  const pending = pendingOf(before)
  if (after < SHORT_BYTES) {
    memory.copy(state + PENDING + pending, SCRATCH, length)
    return
  }
  if (before < SHORT_BYTES) begin(state)
  const from = SCRATCH - pending
  const rest = (pending + length) % BLOCK_BYTES
  const to = SCRATCH + length - rest
  memory.copy(from, state + PENDING, pending)
  mix(state, from, to)
  memory.copy(state + PENDING, to, rest)
}

/** Leaves the digest of the hash in `state` at DIGEST; the hash itself can go on. */
export function digest(state: usize): void {
  const length = load<u64>(state)
  const pending = pendingOf(length)
  memory.copy(SCRATCH, state + PENDING, pending)
  if (length < SHORT_BYTES) return hashShort(SCRATCH, pending)
  memory.copy(ONE_SHOT + VARIABLES, state + VARIABLES, BLOCK_BYTES)
  end(ONE_SHOT, SCRATCH, pending)
}

// @ts-ignore: decorator
@inline
function pendingOf(length: u64): usize {
  return (length < SHORT_BYTES ? length : length % BLOCK_BYTES) as usize
}

// @ts-ignore: decorator
@inline
function begin(state: usize): void {
  const variables = state + VARIABLES
  for (let offset: usize = 0; offset < BLOCK_BYTES; offset += 24) {
    store<u64>(variables + offset, 0)
    store<u64>(variables + offset, 0, 8)
    store<u64>(variables + offset, SEED, 16)
  }
}

/** Mixes the whole blocks between `from` and `to` into the variables of `state`. */
function mix(state: usize, from: usize, to: usize): void {
  const variables = state + VARIABLES
  let s0 = load<u64>(variables)
  let s1 = load<u64>(variables, 8)
  let s2 = load<u64>(variables, 16)
  let s3 = load<u64>(variables, 24)
  let s4 = load<u64>(variables, 32)
  let s5 = load<u64>(variables, 40)
  let s6 = load<u64>(variables, 48)
  let s7 = load<u64>(variables, 56)
  let s8 = load<u64>(variables, 64)
  let s9 = load<u64>(variables, 72)
  let s10 = load<u64>(variables, 80)
  let s11 = load<u64>(variables, 88)
  for (let block = from; block < to; block += BLOCK_BYTES) {
    s0 += load<u64>(block); s2 ^= s10; s11 ^= s0; s0 = rotl<u64>(s0, 11); s11 += s1
    s1 += load<u64>(block, 8); s3 ^= s11; s0 ^= s1; s1 = rotl<u64>(s1, 32); s0 += s2
    s2 += load<u64>(block, 16); s4 ^= s0; s1 ^= s2; s2 = rotl<u64>(s2, 43); s1 += s3
    s3 += load<u64>(block, 24); s5 ^= s1; s2 ^= s3; s3 = rotl<u64>(s3, 31); s2 += s4
    s4 += load<u64>(block, 32); s6 ^= s2; s3 ^= s4; s4 = rotl<u64>(s4, 17); s3 += s5
    s5 += load<u64>(block, 40); s7 ^= s3; s4 ^= s5; s5 = rotl<u64>(s5, 28); s4 += s6
    s6 += load<u64>(block, 48); s8 ^= s4; s5 ^= s6; s6 = rotl<u64>(s6, 39); s5 += s7
    s7 += load<u64>(block, 56); s9 ^= s5; s6 ^= s7; s7 = rotl<u64>(s7, 57); s6 += s8
    s8 += load<u64>(block, 64); s10 ^= s6; s7 ^= s8; s8 = rotl<u64>(s8, 55); s7 += s9
    s9 += load<u64>(block, 72); s11 ^= s7; s8 ^= s9; s9 = rotl<u64>(s9, 54); s8 += s10
    s10 += load<u64>(block, 80); s0 ^= s8; s9 ^= s10; s10 = rotl<u64>(s10, 22); s9 += s11
    s11 += load<u64>(block, 88); s1 ^= s9; s10 ^= s11; s11 = rotl<u64>(s11, 46); s10 += s0
  }
  store<u64>(variables, s0)
  store<u64>(variables, s1, 8)
  store<u64>(variables, s2, 16)
  store<u64>(variables, s3, 24)
  store<u64>(variables, s4, 32)
  store<u64>(variables, s5, 40)
  store<u64>(variables, s6, 48)
  store<u64>(variables, s7, 56)
  store<u64>(variables, s8, 64)
  store<u64>(variables, s9, 72)
  store<u64>(variables, s10, 80)
  store<u64>(variables, s11, 88)
}

/** Ends the long form: `tail` are the `rest` last bytes, fewer than a block; they are padded. */
function end(state: usize, tail: usize, rest: usize): void {
  memory.fill(tail + rest, 0, BLOCK_BYTES - rest)
  store<u8>(tail, rest as u8, BLOCK_BYTES - 1)
  const variables = state + VARIABLES
  let h0 = load<u64>(variables) + load<u64>(tail)
  let h1 = load<u64>(variables, 8) + load<u64>(tail, 8)
  let h2 = load<u64>(variables, 16) + load<u64>(tail, 16)
  let h3 = load<u64>(variables, 24) + load<u64>(tail, 24)
  let h4 = load<u64>(variables, 32) + load<u64>(tail, 32)
  let h5 = load<u64>(variables, 40) + load<u64>(tail, 40)
  let h6 = load<u64>(variables, 48) + load<u64>(tail, 48)
  let h7 = load<u64>(variables, 56) + load<u64>(tail, 56)
  let h8 = load<u64>(variables, 64) + load<u64>(tail, 64)
  let h9 = load<u64>(variables, 72) + load<u64>(tail, 72)
  let h10 = load<u64>(variables, 80) + load<u64>(tail, 80)
  let h11 = load<u64>(variables, 88) + load<u64>(tail, 88)
  for (let round = 0; round < 3; round++) {
    h11 += h1; h2 ^= h11; h1 = rotl<u64>(h1, 44)
    h0 += h2; h3 ^= h0; h2 = rotl<u64>(h2, 15)
    h1 += h3; h4 ^= h1; h3 = rotl<u64>(h3, 34)
    h2 += h4; h5 ^= h2; h4 = rotl<u64>(h4, 21)
    h3 += h5; h6 ^= h3; h5 = rotl<u64>(h5, 38)
    h4 += h6; h7 ^= h4; h6 = rotl<u64>(h6, 33)
    h5 += h7; h8 ^= h5; h7 = rotl<u64>(h7, 10)
    h6 += h8; h9 ^= h6; h8 = rotl<u64>(h8, 13)
    h7 += h9; h10 ^= h7; h9 = rotl<u64>(h9, 38)
    h8 += h10; h11 ^= h8; h10 = rotl<u64>(h10, 53)
    h9 += h11; h0 ^= h9; h11 = rotl<u64>(h11, 42)
    h10 += h0; h1 ^= h10; h0 = rotl<u64>(h0, 54)
  }
  store<u64>(DIGEST, h0)
  store<u64>(DIGEST, h1, 8)
}

/** The short form, for messages of fewer than SHORT_BYTES; overwrites 16 bytes behind them. */
function hashShort(message: usize, length: usize): void {
  store<u64>(message + length, 0)
  store<u64>(message + length, 0, 8)
  let a: u64 = 0
  let b: u64 = 0
  let c = SEED
  let d = SEED
  let left = length
  while (left >= 16) {
    c += load<u64>(message)
    d += load<u64>(message, 8)
    c = rotl<u64>(c, 50); c += d; a ^= c
    d = rotl<u64>(d, 52); d += a; b ^= d
    a = rotl<u64>(a, 30); a += b; c ^= a
    b = rotl<u64>(b, 41); b += c; d ^= b
    c = rotl<u64>(c, 54); c += d; a ^= c
    d = rotl<u64>(d, 48); d += a; b ^= d
    a = rotl<u64>(a, 38); a += b; c ^= a
    b = rotl<u64>(b, 37); b += c; d ^= b
    c = rotl<u64>(c, 62); c += d; a ^= c
    d = rotl<u64>(d, 34); d += a; b ^= d
    a = rotl<u64>(a, 5); a += b; c ^= a
    b = rotl<u64>(b, 36); b += c; d ^= b
    message += 16
    left -= 16
    // The second half of a group of 32 bytes is only added.
    if (left >= 16) {
      a += load<u64>(message)
      b += load<u64>(message, 8)
      message += 16
      left -= 16
    }
  }
  d += (length as u64) << 56
  // The bytes behind the message are zero, so whole words stand for any number of last bytes.
  c += left == 0 ? SEED : load<u64>(message)
  d += left == 0 ? SEED : load<u64>(message, 8)
  d ^= c; c = rotl<u64>(c, 15); d += c
  a ^= d; d = rotl<u64>(d, 52); a += d
  b ^= a; a = rotl<u64>(a, 26); b += a
  c ^= b; b = rotl<u64>(b, 51); c += b
  d ^= c; c = rotl<u64>(c, 28); d += c
  a ^= d; d = rotl<u64>(d, 9); a += d
  b ^= a; a = rotl<u64>(a, 47); b += a
  c ^= b; b = rotl<u64>(b, 54); c += b
  d ^= c; c = rotl<u64>(c, 32); d += c
  a ^= d; d = rotl<u64>(d, 25); a += d
  b ^= a; a = rotl<u64>(a, 63); b += a
  store<u64>(DIGEST, a)
  store<u64>(DIGEST, b, 8)
}
