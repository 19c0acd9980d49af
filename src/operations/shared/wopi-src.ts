import type { Resource } from '../../ports/access.ts'
import type { Links } from './links.ts'

const ITEM_ID = /^[A-Za-z0-9_-]{1,128}$/

/** Whether a text may be the id of a file or container. */
export function isItemId(text: string): boolean {
  return ITEM_ID.test(text)
}

/** The file or container of a WOPISrc, or `undefined` when it is no address of this host. */
export function resourceAt(links: Links, wopiSrc: string): Resource | undefined {
  const fileId = idBelow(links.file(''), wopiSrc)
  if (fileId !== undefined) return { fileId }
  const containerId = idBelow(links.container(''), wopiSrc)
  return containerId === undefined ? undefined : { containerId }
}

function idBelow(prefix: string, address: string): string | undefined {
  if (!address.startsWith(prefix)) return undefined
  const id = address.slice(prefix.length)
  return isItemId(id) ? id : undefined
}
