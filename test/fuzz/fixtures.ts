import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a folder of fixtures, each as `wrap` makes an input of it. */
export async function readFixtures(
  folder: string,
  wrap: (bytes: Uint8Array) => Uint8Array,
): Promise<Uint8Array[]> {
  const cwd = join(import.meta.dirname, '../fixtures', folder)
  const names: string[] = []
  for await (const name of glob('**/*.{bin,zip}', { cwd })) names.push(name)
  return Promise.all(names.toSorted().map(async (name) => wrap(await readFile(join(cwd, name)))))
}
