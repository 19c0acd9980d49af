import type { Resource } from '../../ports/access.ts'
import { WopiError } from '../../protocol/errors.ts'
import { type Links, withToken } from './links.ts'
import type { TokenContext } from './operation.ts'

/** Tokens that are asked for at the same time: making one may be a query of the application's. */
const TOKENS_AT_A_TIME = 32

/** What addresses with tokens are made with. */
export type Linking = Pick<TokenContext, 'links' | 'issue' | 'share'>

/** Something of the tree by its name and address, as answers carry it. */
export interface Pointer {
  Name: string
  Url: string
}

/** Whether this token leads on along the tree of containers. */
export function mayBrowse({
  features,
  grant,
  issue,
}: Pick<TokenContext, 'features' | 'grant' | 'issue'>): boolean {
  return features.containers && issue !== undefined && grant.permissions.has('browse')
}

/**
 * The address of a file or a container, or with neither of the ecosystem, with a token for it.
 *
 * @throws WopiError NOT_FOUND when the user has no right there
 */
export async function requireAddress(linking: Linking, resource: Resource): Promise<string> {
  const address = await addressOf(linking, resource)
  if (address === undefined) throw new WopiError('NOT_FOUND')
  return address
}

/** Adds addresses to items, in the same order. Leaves out items that the user may not see. */
export async function withAddresses<Item extends Resource>(
  linking: Linking,
  items: readonly Item[],
): Promise<{ item: Item; url: string }[]> {
  const listed: { item: Item; url: string }[] = []
  for (let start = 0; start < items.length; start += TOKENS_AT_A_TIME) {
    // A long list is made between the answers of others.
    if (start > 0) await linking.share.turn()
    const group = items.slice(start, start + TOKENS_AT_A_TIME)
    const reached = await Promise.all(
      group.map(async (item) => ({ item, url: await addressOf(linking, item) })),
    )
    for (const { item, url } of reached) if (url !== undefined) listed.push({ item, url })
  }
  return listed
}

/** Containers as answers list them. */
export async function containerPointers(
  linking: Linking,
  containers: readonly { containerId: string; name: string }[],
): Promise<Pointer[]> {
  const listed = await withAddresses(linking, containers)
  return listed.map(({ item, url }) => ({ Name: item.name, Url: url }))
}

/** As `requireAddress`; `undefined` when the user has no right there. */
export async function addressOf(
  { links, issue }: Linking,
  { fileId, containerId }: Resource,
): Promise<string | undefined> {
  const resource: Resource = {
    ...(fileId !== undefined && { fileId }),
    ...(containerId !== undefined && { containerId }),
  }
  const token = await issue?.(resource)
  return token && withToken(linkTo(links, resource), token)
}

function linkTo(links: Links, { fileId, containerId }: Resource): string {
  if (fileId !== undefined) return links.file(fileId)
  return containerId === undefined ? links.ecosystem() : links.container(containerId)
}
