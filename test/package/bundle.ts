import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'

/** What a browser would load. */
export interface Bundle {
  /** Minified, in bytes; and as servers send it. */
  readonly bytes: number
  readonly brotliBytes: number
  /** Paths of the files that code came from. */
  readonly modules: string[]
}

const ENTRY = 'entry.js'

/** Bundles a module for browsers, with the packages that are installed in `folder`. */
export async function bundleForBrowsers(code: string, folder: string): Promise<Bundle> {
  const bundler = await rolldown({
    input: ENTRY,
    cwd: folder,
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? `${folder}/${ENTRY}` : null),
        load: (id) => (id === `${folder}/${ENTRY}` ? code : null),
      },
    ],
    onLog(_level, { message }) {
      throw new Error(message)
    },
  })
  const { output } = await bundler.generate({ format: 'esm', minify: true })
  await bundler.close()
  const [chunk] = output
  return {
    bytes: Buffer.byteLength(chunk.code),
    brotliBytes: brotliCompressSync(chunk.code).length,
    modules: Object.entries(chunk.modules).flatMap(([path, { renderedLength }]) =>
      renderedLength > 0 ? [path] : [],
    ),
  }
}
