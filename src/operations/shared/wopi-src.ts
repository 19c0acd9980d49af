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

/**
 * Whether two addresses are one, however they are written: with a default port or without, in
 * whichever case their host is.
 */
export function isSameAddress(a: string | undefined, b: string): boolean {
  return a !== undefined && (a === b || (URL.canParse(a) && hrefOf(a) === hrefOf(b)))
}

function idBelow(prefix: string, address: string): string | undefined {
  const [start, href] = [hrefOf(prefix), hrefOf(address)?.replace(/\/$/, '')]
  if (start === undefined || !href?.startsWith(start)) return undefined
  const id = href.slice(start.length)
  return isItemId(id) ? id : undefined
}

function hrefOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).href : undefined
}
