import { WopiError } from '../../protocol/errors.ts'
import { addressOf, type Linking } from './browsing.ts'
import type { PageSubject, Pages } from './features.ts'
import { shareUrlTypes } from './features.ts'
import type { CommonContext } from './operation.ts'
import { isItemId, isSameAddress, resourceAt } from './wopi-src.ts'

/** Most parts of a page's address that are tried as the id of the file. */
const CANDIDATES_MAX = 8

/**
 * The WOPISrc of a file, with a token, found by its fileId, its WOPISrc, or the address of one of
 * the application's pages about it (page "GetFileWopiSrc").
 *
 * @throws WopiError NOT_FOUND when the file does not exist or the user may not see it
 */
export async function wopiSrcOf(
  context: CommonContext & Linking,
  { userId }: { userId: string },
  nativeName: string | undefined,
): Promise<string> {
  const address = nativeName === undefined ? undefined : await find(context, userId, nativeName)
  if (address === undefined) throw new WopiError('NOT_FOUND')
  return address
}

async function find(
  context: CommonContext & Linking,
  userId: string,
  nativeName: string,
): Promise<string | undefined> {
  const { features, links } = context
  const told = isItemId(nativeName) ? nativeName : resourceAt(links, nativeName)?.fileId
  if (told !== undefined) return (await reach(context, told))?.address
  for (const fileId of candidates(nativeName)) {
    const reached = await reach(context, fileId)
    if (!reached) continue
    const subject = { fileId, name: reached.name, userId }
    if (isPageOf(features.pages, subject, nativeName)) return reached.address
  }
  return undefined
}

/**
 * Finds a file that the user may see. Checks the right first: users cannot make the host look up,
 * adopt or link documents that they may not see.
 */
async function reach(
  context: CommonContext & Linking,
  fileId: string,
): Promise<{ address: string; name: string } | undefined> {
  const address = await addressOf(context, { fileId })
  const found = address && (await context.services.findDocument(fileId, context))
  return found ? { address, name: found.document.name } : undefined
}

/** Parts of an address that may be an id, from its end: only the application knows which is. */
function candidates(address: string): string[] {
  const parts = address.match(/[A-Za-z0-9_-]+/g) ?? []
  return [...new Set(parts.reverse())].filter(isItemId).slice(0, CANDIDATES_MAX)
}

function isPageOf(pages: Pages, subject: PageSubject, address: string): boolean {
  return (
    isSameAddress(pages.view?.(subject), address) ||
    isSameAddress(pages.edit?.(subject), address) ||
    shareUrlTypes(pages).some((type) => isSameAddress(pages.share?.(subject, type), address))
  )
}
