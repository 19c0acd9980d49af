import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const ROOT = join(import.meta.dirname, '../..')
const SRC = join(ROOT, 'src')
const VALUES = join(import.meta.dirname, 'example-values.ts')
/** Values that an example may use without declaring them. */
const GIVEN = ['assert', 'folder', 'docx', 'wopiSrc', 'accessToken', 'discoveryXml']

/** A function that the package exports, with what its comment says. */
export interface ExportedFunction {
  name: string
  /** Such as `wopikit/client`. */
  entry: string
  comment: string
  /** The code of its `@example`, if there is one. */
  example: string | undefined
}

/** Every function that an entry of the package exports. */
export async function exportedFunctions(): Promise<ExportedFunction[]> {
  const found: ExportedFunction[] = []
  for await (const file of glob('*.ts', { cwd: SRC })) {
    const text = await readFile(join(SRC, file), 'utf8')
    const name = basename(file, '.ts')
    const entry = name === 'index' ? 'wopikit' : `wopikit/${name}`
    for (const [, list = '', from = ''] of text.matchAll(/^export \{([^}]*)\} from '([^']+)'/gm))
      found.push(...(await functionsOf(resolve(SRC, from), list, entry)))
  }
  return found
}

async function functionsOf(file: string, list: string, entry: string): Promise<ExportedFunction[]> {
  const source = await readFile(file, 'utf8')
  const names = list.split(',').map((part) => part.trim())
  return names.flatMap((name) => {
    const pattern = `((?:^/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?)^export (?:async )?function ${name}\\b`
    const found = /^\w+$/.test(name) && new RegExp(pattern, 'm').exec(source)
    if (!found) return []
    const comment = (found[1] ?? '').replaceAll(/^ \* ?/gm, '')
    const [, example] = /@example\n```ts\n([\s\S]*?)\n```/.exec(comment) ?? []
    return [{ name, entry, comment, example }]
  })
}

/** Examples written out as programs, in a folder that a compiler can check. */
export interface WrittenExamples extends AsyncDisposable {
  folder: string
  /** Runs one; rejects when one of its assertions fails. */
  run(name: string): Promise<void>
}

/**
 * Writes each example to a file of its name. The package's own names become those of its sources;
 * the values that examples take for granted are imported.
 */
export async function writeExamples(
  functions: readonly ExportedFunction[],
): Promise<WrittenExamples> {
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-api-'))
  const programs = join(folder, 'programs')
  await mkdir(programs)
  for (const { name, example } of functions)
    if (example !== undefined) await writeFile(join(programs, `${name}.ts`), programOf(example))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(compilerConfig(programs)))
  return {
    folder,
    async run(name) {
      await import(pathToFileURL(join(programs, `${name}.ts`)).href)
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

function programOf(example: string): string {
  const used = GIVEN.filter((name) => new RegExp(`\\b${name}\\b`).test(example))
  const values = `import { ${used.join(', ')} } from '${slashed(VALUES)}'\n`
  return (
    values +
    example.replaceAll(/ from 'wopikit(?:\/(\w+))?'/g, (_, name = 'index') => {
      return ` from '${slashed(join(SRC, `${name}.ts`))}'`
    })
  )
}

function slashed(path: string): string {
  return process.platform === 'win32' ? pathToFileURL(path).href : path
}

function compilerConfig(programs: string): object {
  return {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      typeRoots: [join(ROOT, 'node_modules/@types')],
      // The programs name the sources by paths that are not relative.
      rewriteRelativeImportExtensions: false,
    },
    include: [`${programs}/*.ts`, `${dirname(VALUES)}/example-values.ts`],
  }
}
