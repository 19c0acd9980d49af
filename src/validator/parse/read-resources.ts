import type { Resource } from '../cases/case.ts'
import { CasesError } from '../cases/cases-error.ts'
import { RESOURCE_MAX_BYTES } from '../limits.ts'
import { standInFor } from './stand-ins.ts'
import type { XmlElement } from './xml.ts'
import { allowOnly, requiredOf } from './xml-reader.ts'

/**
 * Reads a file beside the file of cases; `undefined` when it is not there. The path has forward
 * slashes and no `..`.
 */
export type ReadResource = (path: string) => Promise<Uint8Array | undefined>

/** Before the folder of a document for zip chunking, whose parts are joined by points. */
const ZIP_CHUNKING = /^.*\.ZipChunking\./

/** @throws CasesError when an entry is not what the format allows, or a file is too large */
export async function readResources(
  element: XmlElement | undefined,
  read: ReadResource,
): Promise<Map<string, Resource>> {
  const resources = new Map<string, Resource>()
  if (!element) return resources
  allowOnly(element, { children: ['File'] })
  for (const file of element.children) {
    const resource = await readFile(file, limited(read))
    resources.set(resource.id, resource)
  }
  return resources
}

async function readFile(element: XmlElement, read: ReadResource): Promise<Resource> {
  allowOnly(element, { attributes: ['Id', 'Name', 'FilePath'] })
  const id = requiredOf(element, 'Id')
  const path = requiredOf(element, 'FilePath')
  if (path.includes('..'))
    throw new CasesError(`FilePath="${path}" leads out of the folder of the cases`, element.line)
  if (path === '') return { id, path, bytes: new Uint8Array(0) }
  return ZIP_CHUNKING.test(path) ? readChunked(id, path, read) : readPlain(id, path, read)
}

async function readPlain(id: string, filePath: string, read: ReadResource): Promise<Resource> {
  const path = filePath.replaceAll('\\', '/').replace(/^Resources\//, 'resources/')
  const bytes = (await read(path)) ?? standInFor(path)
  return { id, path, ...(bytes && { bytes }) }
}

/** A folder with the document and a list of where its chunks begin. */
async function readChunked(id: string, filePath: string, read: ReadResource): Promise<Resource> {
  const folder = filePath.replace(ZIP_CHUNKING, '').replace(/\.$/, '').replaceAll('.', '/')
  const path = `resources/${folder}/FileStream`
  const bytes = await read(path)
  if (!bytes) return { id, path }
  const list = await read(`resources/${folder}/ChunkIds.txt`)
  const chunkOffsets = list && readOffsets(new TextDecoder().decode(list), bytes.length)
  return { id, path, bytes, ...(chunkOffsets && { chunkOffsets }) }
}

/** `undefined` when the list is of another kind: the document is cut as its bytes are then. */
function readOffsets(text: string, size: number): number[] | undefined {
  const offsets = text.split(/\s+/).filter(Boolean).map(Number)
  const ascending = offsets.every((offset, index) => offset > (offsets[index - 1] ?? -1))
  const whole = offsets[0] === 0 && offsets.every(Number.isSafeInteger)
  return ascending && whole && (offsets.at(-1) as number) < size ? offsets : undefined
}

function limited(read: ReadResource): ReadResource {
  return async (path) => {
    const bytes = await read(path)
    if (bytes && bytes.length > RESOURCE_MAX_BYTES) {
      throw new CasesError(`${path} has more than ${RESOURCE_MAX_BYTES} bytes`)
    }
    return bytes
  }
}
