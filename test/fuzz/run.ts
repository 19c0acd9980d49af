/**
 * Gives everything that reads bytes of others inputs that nobody would send, guided by the code
 * that they reach.
 *
 *   node test/fuzz/run.ts [targets…] [--minutes 1] [--seed N] [--keep] [--list]
 *
 * The time is shared by the targets. An input that is not treated as it must be is made small and
 * kept under test/fuzz/found/, where tests run it from then on. `--keep` keeps inputs that reach
 * new code in test/fuzz/corpus/. The seed of a run gives the same inputs again, as long as the
 * corpus is the same.
 */
import { randomInt } from 'node:crypto'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { keep } from './corpus.ts'
import { fuzz } from './fuzzer.ts'
import type { FuzzTarget } from './target.ts'
import { TARGETS } from './targets/index.ts'

/** Larger ones are not worth their place in the repository, in bytes. */
const KEPT_MAX_BYTES = 2048
const KEPT_MAX_INPUTS = 40

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed ?? randomInt(2 ** 32))
const minutes = Number(values.minutes)
if (!(minutes > 0) || !Number.isSafeInteger(seed))
  throw new RangeError('--minutes takes a number above 0, --seed a number')

if (values.list) for (const { name } of TARGETS) console.log(name)
else process.exitCode = await fuzzAll(chosen())

function chosen(): FuzzTarget[] {
  const known = TARGETS.map(({ name }) => name)
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new RangeError(`No target ${unknown.join(', ')}; there are: ${known.join(', ')}`)
  return TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
}

async function fuzzAll(targets: readonly FuzzTarget[]): Promise<number> {
  console.log(`seed ${seed}`)
  const ms = (minutes * 60_000) / targets.length
  let findings = 0
  for (const target of targets) {
    const run = await fuzz(target, { seed, ms })
    const { inputs, blocks, interesting } = run
    console.log(
      `${target.name}: ${inputs} inputs, ${blocks} blocks, ${interesting.length} reached new code`,
    )
    for (const { problem, path } of run.findings)
      console.log(`FOUND in ${target.name}, kept in ${relative('.', path)}:\n${problem}`)
    findings += run.findings.length
    if (values.keep) await keepSome(target, interesting)
  }
  return findings > 0 ? 1 : 0
}

async function keepSome(target: FuzzTarget, interesting: readonly Uint8Array[]): Promise<void> {
  const small = interesting.filter(({ length }) => length <= KEPT_MAX_BYTES)
  for (const input of small.slice(0, KEPT_MAX_INPUTS)) await keep('corpus', target.name, input)
}
