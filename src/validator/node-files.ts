import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Suite } from './cases/case.ts'
import { CasesError } from './cases/cases-error.ts'
import { CASES_MAX_BYTES, RESOURCE_MAX_BYTES } from './limits.ts'
import { parseCases, type ReadResource } from './parse/parse-cases.ts'

/** Where a checkout of Microsoft's validator, whose TestCases.xml is at its top, keeps the rest. */
const CHECKOUT_FOLDERS: readonly [prefix: string, folder: string][] = [
  ['schemas/', 'src/WopiValidator.Core/JsonSchemas/'],
  ['resources/', 'src/WopiValidator.Core/Resources/ZipChunking/'],
  ['resources/', 'src/WopiValidator.Core/Resources/'],
]

/**
 * Loads a file of cases in Microsoft's format with the `schemas` and `resources` folders beside it.
 *
 * @throws CasesError when it cannot be read or used
 */
export async function loadCases(path: string): Promise<Suite> {
  const file = await realpath(path).catch(() => undefined)
  const xml = file && (await readLimited(file, CASES_MAX_BYTES))
  if (!file || !xml) throw new CasesError(`There is no file ${path}`)
  return parseCases({ name: basename(path), xml, read: readBelow(dirname(file)) })
}

/** Reads below a folder and nowhere else, wherever links lead. */
export function readBelow(folder: string): ReadResource {
  return async (path) => {
    for (const candidate of [path, ...checkoutPaths(path)]) {
      const file = await realpath(join(folder, candidate)).catch(() => undefined)
      if (!file) continue
      if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep))
        throw new CasesError(`${path} is outside the folder of the cases`)
      return await readLimited(file, RESOURCE_MAX_BYTES)
    }
    return undefined
  }
}

function checkoutPaths(path: string): string[] {
  return CHECKOUT_FOLDERS.filter(([prefix]) => path.startsWith(prefix)).map(
    ([prefix, folder]) => folder + path.slice(prefix.length),
  )
}

/** `undefined` for what is no file, such as a folder. */
async function readLimited(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const found = await stat(path)
  if (!found.isFile()) return undefined
  if (found.size > maxBytes) throw new CasesError(`${path} has more than ${maxBytes} bytes`)
  return new Uint8Array(await readFile(path))
}
