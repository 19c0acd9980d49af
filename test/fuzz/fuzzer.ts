import { createRandom } from '../crash/random.ts'
import { keep, readKept } from './corpus.ts'
import { type Coverage, openCoverage } from './coverage.ts'
import { type Material, mutate } from './mutate.ts'
import type { FuzzTarget, OpenedTarget } from './target.ts'

/** What fuzzing one target has shown. */
export interface FuzzRun {
  inputs: number
  blocks: number
  /** Inputs that reached something new. */
  interesting: Uint8Array[]
  findings: Finding[]
}

/** An input that was not treated as it must be. */
export interface Finding {
  input: Uint8Array
  problem: string
  path: string
}

/** Coverage is looked at once for so many inputs, since that takes some milliseconds. */
const BATCH = 100
/** An input that takes longer is a finding, in ms; generous, for machines that are busy. */
const INPUT_MAX_MS = 5000
const FINDINGS_MAX = 5
const SHRINK_TRIES = 400

/** Gives a target inputs until the time is over; those that reach new code are changed again. */
export async function fuzz(
  target: FuzzTarget,
  options: { seed: number; ms: number },
): Promise<FuzzRun> {
  await using opened = await target.open()
  await using coverage = await openCoverage()
  const random = createRandom(options.seed)
  const inputs = [...(await target.seeds()), ...(await readKept('corpus', target.name))]
  const first = inputs.length
  const pick = () => inputs[random.between(0, inputs.length - 1)] ?? new Uint8Array(0)
  const encoder = new TextEncoder()
  const material: Material = {
    random,
    dictionary: target.dictionary.map((word) =>
      typeof word === 'string' ? encoder.encode(word) : word,
    ),
    other: pick,
  }
  const run: FuzzRun = { inputs: 0, blocks: 0, interesting: [], findings: [] }
  const context = { target, opened, coverage, run }
  await takeBatch(context, inputs.slice())
  const endsAt = performance.now() + options.ms
  while (performance.now() < endsAt && run.findings.length < FINDINGS_MAX) {
    const batch = Array.from({ length: BATCH }, () => mutate(pick(), material))
    inputs.push(...(await takeBatch(context, batch)))
  }
  run.blocks = coverage.seen
  run.interesting = inputs.slice(first)
  return run
}

interface Context {
  target: FuzzTarget
  opened: OpenedTarget
  coverage: Coverage
  run: FuzzRun
}

/** @returns those that reached something new, told apart by running them once more if any did */
async function takeBatch(context: Context, batch: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const { coverage } = context
  for (const input of batch) await take(context, input)
  const before = coverage.seen
  const found = await coverage.newBlocks()
  if (found === 0 || before === 0) return []
  return separate(context, batch)
}

/** Which inputs of a batch run blocks that the ones before them do not. */
async function separate(
  { opened, run }: Context,
  batch: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  await using coverage = await openCoverage()
  const reached: Uint8Array[] = []
  for (const input of batch) {
    await problemWith(opened, input)
    if ((await coverage.newBlocks()) > 0) reached.push(input)
  }
  run.inputs += batch.length
  return reached
}

async function take(context: Context, input: Uint8Array): Promise<void> {
  const { target, opened, run } = context
  run.inputs += 1
  const problem = await problemWith(opened, input)
  if (problem === undefined) return
  const known = run.findings.some((finding) => kindOf(finding.problem) === kindOf(problem))
  if (known) return
  const small = await shrink(opened, input, problem)
  const path = await keep('found', target.name, small)
  run.findings.push({ input: small, problem, path })
}

async function problemWith(opened: OpenedTarget, input: Uint8Array): Promise<string | undefined> {
  const startedAt = performance.now()
  try {
    await opened.run(input)
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const ms = performance.now() - startedAt
  return ms > INPUT_MAX_MS ? `It took ${Math.round(ms)} ms` : undefined
}

/** Where a problem lies: the first place in the code that its stack names. */
function kindOf(problem: string): string {
  return /\n +at .*/.exec(problem)?.[0] ?? problem.slice(0, 20)
}

/** Leaves out of an input what its problem does not need. */
async function shrink(
  opened: OpenedTarget,
  input: Uint8Array,
  problem: string,
): Promise<Uint8Array> {
  let small = input
  let tries = 0
  for (let length = input.length >> 1; length > 0; length >>= 1) {
    for (let at = 0; at < small.length && tries < SHRINK_TRIES; tries += 1) {
      const candidate = Buffer.concat([small.subarray(0, at), small.subarray(at + length)])
      const left = await problemWith(opened, candidate)
      if (left !== undefined && kindOf(left) === kindOf(problem)) small = new Uint8Array(candidate)
      else at += length
    }
  }
  return small
}
