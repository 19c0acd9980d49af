import type { HostRequest } from '../../ports/exchange.ts'
import { WopiError } from '../../protocol/errors.ts'
import { HEADERS } from '../../protocol/names.ts'
import { type PageSubject, type ShareUrlType, shareUrlTypes, shareUrlTypesFor } from './features.ts'
import type { TokenContext } from './operation.ts'

/** Whether the application gives links to share. */
export function canShare({ features }: Pick<TokenContext, 'features'>): boolean {
  return shareUrlTypes(features.pages).length > 0
}

/** The kind of link that is asked for, as the client spells it; it is judged later. */
export function readUrlType({ header }: HostRequest): string | undefined {
  return header(HEADERS.urlType)
}

/**
 * The answer of GetShareUrl (page "GetShareUrl": a missing or unknown kind is 501).
 *
 * @param mayWrite whether the user may change what is shared
 * @throws WopiError NOT_SUPPORTED
 */
export function shareUrl(
  { features: { pages }, grant }: Pick<TokenContext, 'features' | 'grant'>,
  subject: Omit<PageSubject, 'userId'>,
  { urlType, mayWrite }: { urlType: string | undefined; mayWrite: boolean },
): { ShareUrl: string } {
  const types = shareUrlTypesFor(pages, mayWrite)
  const type = types.find((known): known is ShareUrlType => known === urlType)
  const url = type && pages.share?.({ ...subject, userId: grant.userId }, type)
  if (url === undefined)
    throw new WopiError('NOT_SUPPORTED', {
      detail:
        'The host has no share links of this kind; SupportedShareUrlTypes lists those that it has',
    })
  return { ShareUrl: url }
}
