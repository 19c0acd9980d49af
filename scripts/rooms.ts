/**
 * Writes what follows from the arrows of scripts/arrows.ts: the rules of the linter, and the drawings
 * of ARCHITECTURE.md.
 *
 *   node scripts/rooms.ts           writes both
 *   node scripts/rooms.ts --check   exits 1 when one is not up to date
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lintRules } from './lint-rules.ts'
import { DRAWINGS } from './room-drawings.ts'

const ROOT = join(import.meta.dirname, '..')

async function writeOrCheck(name: string, wanted: (present: string) => string): Promise<void> {
  const path = join(ROOT, name)
  const present = await readFile(path, 'utf8').catch(() => '')
  const text = wanted(present)
  if (present === text) return
  if (!process.argv.includes('--check')) return writeFile(path, text)
  console.error(`${name} is not up to date: run node scripts/rooms.ts`)
  process.exitCode = 1
}

/** The page with each drawing between its marks, `<!-- name -->` and `<!-- /name -->`. */
function withDrawings(page: string): string {
  return Object.entries(DRAWINGS).reduce((text, [name, drawing]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [start, end] = [text.indexOf(open), text.indexOf(close)]
    if (start < 0 || end < start) throw new Error(`ARCHITECTURE.md has no place for ${name}`)
    return `${text.slice(0, start + open.length)}\n${drawing}\n${text.slice(end)}`
  }, page)
}

await writeOrCheck('biome.arrows.json', () => `${JSON.stringify(lintRules(), undefined, 2)}\n`)
await writeOrCheck('ARCHITECTURE.md', withDrawings)
