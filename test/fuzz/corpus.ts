import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Inputs that reach different code; and those that something was wrong with. */
export type Kept = 'corpus' | 'found'

/** Reads the inputs of a target that are kept in the repository, in the order of their names. */
export async function readKept(kept: Kept, target: string): Promise<Uint8Array[]> {
  const folder = join(import.meta.dirname, kept, target)
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.toSorted().map((name) => readFile(join(folder, name))))
}

/** Keeps an input. @returns where it is */
export async function keep(kept: Kept, target: string, input: Uint8Array): Promise<string> {
  const folder = join(import.meta.dirname, kept, target)
  await mkdir(folder, { recursive: true })
  const name = `${createHash('sha256').update(input).digest('hex').slice(0, 16)}.bin`
  await writeFile(join(folder, name), input)
  return join(folder, name)
}
