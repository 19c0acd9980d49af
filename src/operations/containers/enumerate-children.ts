import type { TreeFile } from '../../ports/tree.ts'
import { extensionOf } from '../../protocol/file-name.ts'
import { HEADERS } from '../../protocol/names.ts'
import { roundTripTime } from '../../protocol/round-trip-time.ts'
import { containerPointers, type Linking, mayBrowse, withAddresses } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineContainerOperation } from '../shared/operation.ts'

/** Most entries in one reply: the operation has no pages, and each entry needs a token. */
const CHILDREN_MAX = 10_000

/** EnumerateChildren: what is in a container. */
export const enumerateChildren = defineContainerOperation({
  name: 'EnumerateChildren',
  route: { method: 'GET', path: '/wopi/containers/:containerId/children' },
  permission: 'read',
  supported: mayBrowse,

  read: ({ header }) => ({ extensions: readExtensions(header(HEADERS.fileExtensionFilterList)) }),

  async run({ extensions }, context) {
    const { tree, container } = context
    const wants = (name: string) => !extensions || extensions.has(extensionOf(name))
    const { containers, files } = await tree.children(container.containerId, CHILDREN_MAX, wants)
    // A tree of the application's may give all.
    const wanted = files.filter(({ name }) => wants(name))
    return {
      children: {
        ChildContainers: await containerPointers(context, containers),
        ChildFiles: await childFiles(context, wanted),
      },
      incomplete: containers.length + files.length >= CHILDREN_MAX,
    }
  },

  reply: ({ children, incomplete }) =>
    jsonReply(children, incomplete ? { [HEADERS.enumerationIncomplete]: 'true' } : {}),
})

/** Reads extensions such as `.docx,.xlsx`, in any case. A malformed list filters nothing. */
function readExtensions(list: string | undefined): ReadonlySet<string> | undefined {
  const extensions = list?.split(',').map((extension) => extension.trim().toLowerCase())
  return extensions?.every((extension) => /^\.[^.]+$/.test(extension))
    ? new Set(extensions)
    : undefined
}

async function childFiles(linking: Linking, files: readonly TreeFile[]): Promise<object[]> {
  const listed = await withAddresses(linking, files)
  return listed.map(({ item: { name, size, version, modifiedAt }, url }) => ({
    Name: name,
    Url: url,
    Size: size,
    Version: version,
    LastModifiedTime: roundTripTime(modifiedAt),
  }))
}
