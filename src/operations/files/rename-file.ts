import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { WopiError } from '../../protocol/errors.ts'
import { legalName, splitName, withNumber } from '../../protocol/file-name.ts'
import { type PresentedLock, readPresentedLock } from '../../protocol/headers.ts'
import { decodeLocks } from '../../protocol/locks/state.ts'
import { checkRenameFile } from '../../protocol/locks/writing.ts'
import { readRequestedFileName } from '../../protocol/name-headers.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { roundTripTime } from '../../protocol/round-trip-time.ts'
import { addressOf } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { requireLock } from '../shared/locking.ts'
import { defineOperation, type OperationContext } from '../shared/operation.ts'

/** Most numbers to try when the name is taken. */
const NUMBERS_MAX = 100

/** RenameFile: gives the file another name. Its address stays. */
export const renameFile = defineOperation({
  name: 'RenameFile',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.renameFile },
  permission: 'rename',
  supported: ({ tree, file }) => tree.can(file).rename,

  read: ({ header }) => ({
    lock: readPresentedLock(header),
    requested: readRequestedFileName(header),
  }),

  async run({ lock, requested }, context) {
    const { stem, extension } = splitName(context.file.name)
    const wanted = legalName(withoutExtension(requested, extension), stem)
    // A file without an extension gets none by its new name; any other one needs room for its own.
    const name = legalName(
      extension === '' ? wanted.replaceAll('.', '-') : wanted + extension,
      stem,
    )
    return describe(context, await renameTo(name, lock, context), extension)
  },

  reply: jsonReply,
})

/** What clients are told of a file that has another name. */
interface RenamedFile {
  /** Without extension. */
  Name: string
  /** Without it Collabora does not tell its page of the new name. */
  Url: string
  /** Without it Collabora does not check its next save for conflicts. */
  LastModifiedTime: string
}

async function describe(
  context: OperationContext,
  { name, modifiedAt }: Renamed,
  extension: string,
): Promise<RenamedFile> {
  const { fileId } = context.file
  return {
    Name: name.slice(0, name.length - extension.length),
    Url: (await addressOf(context, { fileId })) ?? context.links.file(fileId),
    LastModifiedTime: roundTripTime(modifiedAt),
  }
}

/** Clients send the name without its extension. If one sends the extension, it is not doubled. */
function withoutExtension(requested: string, extension: string): string {
  const doubled = extension !== '' && requested.toLowerCase().endsWith(extension.toLowerCase())
  return doubled ? requested.slice(0, -extension.length) : requested
}

/** What a file has become. */
type Renamed = Pick<DocumentRecord, 'name' | 'modifiedAt'>

/** Renames to this name or, where it is taken, to the next one that is free. */
async function renameTo(
  name: string,
  lock: PresentedLock | undefined,
  { services, file, tree, signal }: OperationContext,
): Promise<Renamed> {
  for (let number = 1; number <= NUMBERS_MAX; ) {
    const found = await services.findDocument(file.fileId, { signal })
    if (!found) throw new WopiError('NOT_FOUND')
    requireLock(checkRenameFile(decodeLocks(found.document.locks), { lock }, found.now))
    const tried = number === 1 ? name : withNumber(name, number)
    const renamed = await tree.renameFile(found.document, tried)
    if (renamed.ok) return { name: tried, modifiedAt: found.document.modifiedAt }
    if (renamed.reason === 'name-taken') number += 1
  }
  throw new WopiError('NAME_INVALID', {
    detail: 'The name is taken, with each number from 2 on, too',
    headers: {
      [HEADERS.invalidFileNameError]: 'The name is taken, with each number from 2 on, too',
    },
  })
}
