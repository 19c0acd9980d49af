/**
 * Attacks servers, each with a client of its own kind and another user at work, and tells what the
 * other user noticed. It fails when a limit is exceeded.
 *
 *   node test/attacks/run.ts [names…] [--list] [--short] [--seconds N] [--heap MIB] [--built]
 *                            [--json FILE]
 *
 * `--short` runs a few attacks at a small size, and judges memory and answers, not how long others wait.
 * `--built` attacks what `npm run build` has compiled.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Attack } from './attack.ts'
import { ATTACKS } from './attacks/index.ts'
import { contest } from './contest.ts'
import type { Figures } from './figures.ts'
import { renderTable } from './report.ts'

/** The memory of the container that the defaults are made for. */
const HEAP_MIB = '512'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    heap: { type: 'string', default: HEAP_MIB },
    json: { type: 'string' },
  },
})

if (values.list) for (const { name, title } of ATTACKS) console.log(`${name}: ${title}`)
else process.exitCode = await runAll(chosen(positionals))

function chosen(names: readonly string[]): Attack[] {
  const known = ATTACKS.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new RangeError(`No attack ${unknown.join(', ')}; there are: ${known.join(', ')}`)
  if (names.length > 0) return ATTACKS.filter(({ name }) => names.includes(name))
  return ATTACKS.filter(({ short }) => !values.short || short)
}

async function runAll(attacks: readonly Attack[]): Promise<number> {
  const options = {
    size: values.short ? ('short' as const) : ('full' as const),
    seconds: values.seconds === undefined ? undefined : positive('--seconds', values.seconds),
    heapMib: positive('--heap', values.heap),
    built: values.built,
  }
  const all: Figures[] = []
  for (const attack of attacks) {
    console.error(`${attack.name}: ${attack.title}`)
    const figures = await contest(attack, options)
    all.push(figures)
    console.error(renderTable([figures]))
    if (values.json) await writeFile(values.json, `${JSON.stringify(all, undefined, 2)}\n`)
  }
  console.log(renderTable(all))
  const exceeded = all.filter((figures) => figures.exceeded.length > 0)
  console.log(`\n${all.length} attacks, limits exceeded in ${exceeded.length}`)
  return exceeded.length > 0 ? 1 : 0
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new RangeError(`${option} takes a number above 0, not ${text}`)
}
