/**
 * Kills a real server at random moments under load, and proves that nothing acknowledged is lost; then
 * an application that keeps its documents itself, half as often.
 *
 *   node test/crash/run.ts [--kills 100] [--seed N]
 *
 * The seed of a failed run makes the clients decide the same again; when the kill strikes is up to
 * the machine. The data of a failed run stays where the last line says.
 */
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createApplicationScene } from './application-scene.ts'
import { createRandom } from './random.ts'
import { runRounds } from './rounds.ts'
import { createServerScene } from './server-scene.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' } },
})
const kills = Number(values.kills)
const seed = Number(values.seed ?? randomInt(2 ** 32))
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed))
  throw new RangeError('--kills takes a number above 0, --seed a number')

const folder = await mkdtemp(join(tmpdir(), 'wopikit-crash-'))
console.log(`seed ${seed}`)
try {
  const random = createRandom(seed)
  const scenes = [
    ['a server', createServerScene(join(folder, 'data')), kills],
    ['an application', createApplicationScene(join(folder, 'application')), Math.ceil(kills / 2)],
  ] as const
  for (const [title, scene, times] of scenes) {
    console.log(title)
    const report = (line: string) => console.log(line)
    const run = await runRounds(scene, { kills: times, random, report })
    if (run.steps === 0) throw new Error('the clients did nothing')
    console.log(`${run.kills} kills, ${run.steps} steps: nothing acknowledged was lost`)
  }
  await rm(folder, { recursive: true })
} catch (error) {
  console.error(error)
  console.error(`failed with --seed ${seed}; the data is in ${folder}`)
  process.exitCode = 1
}
