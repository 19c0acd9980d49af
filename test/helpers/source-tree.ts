import { glob, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** A file of `src/`, and what of `src/` it imports, of types too; all as paths from the root. */
export interface SourceFile {
  path: string
  imports: string[]
}

/** Reads the imports of `src/`, tests left out. */
export async function readSourceTree(): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for await (const found of glob('src/**/*.ts', { cwd: ROOT })) {
    const path = found.split(sep).join('/')
    if (path.endsWith('.test.ts') || path.endsWith('.generated.ts')) continue
    files.push({ path, imports: importsOf(path, await readFile(join(ROOT, path), 'utf8')) })
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function importsOf(path: string, text: string): string[] {
  const specifiers = text.matchAll(/^(?:import|export|\} from)\b[^'\n]*'(\.{1,2}\/[^']+\.ts)'/gm)
  return Array.from(specifiers, ([, specifier = '']) =>
    relative(ROOT, resolve(ROOT, dirname(path), specifier))
      .split(sep)
      .join('/'),
  )
}

/** The first circle of imports, file after file, or `undefined`. */
export function findCircle(files: readonly SourceFile[]): string[] | undefined {
  const imports = new Map(files.map((file) => [file.path, file.imports]))
  const done = new Set<string>()

  function visit(path: string, trail: readonly string[]): string[] | undefined {
    const start = trail.indexOf(path)
    if (start >= 0) return [...trail.slice(start), path]
    if (done.has(path)) return undefined
    for (const next of imports.get(path) ?? []) {
      const circle = visit(next, [...trail, path])
      if (circle) return circle
    }
    done.add(path)
    return undefined
  }

  for (const { path } of files) {
    const circle = visit(path, [])
    if (circle) return circle
  }
  return undefined
}
