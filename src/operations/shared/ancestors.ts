import type { HostReply } from '../../ports/exchange.ts'
import { HEADERS } from '../../protocol/names.ts'
import { containerPointers, type Linking, type Pointer } from './browsing.ts'
import { jsonReply } from './json-reply.ts'
import type { CommonContext } from './operation.ts'

/** Most ancestors in one answer; those next to the file or container are kept. */
const ANCESTORS_MAX = 100

/** The containers above something. */
export interface Ancestors {
  /** The root first. */
  pointers: Pointer[]
  /** Whether there are more, be it above or without a right to see them. */
  incomplete: boolean
}

/** A container and those above it that the user may see; none when it is gone. */
export async function ancestorsFrom(
  context: Linking & Pick<CommonContext, 'tree'>,
  containerId: string | null,
): Promise<Ancestors> {
  const path = containerId === null ? [] : await context.tree.path(containerId, ANCESTORS_MAX)
  const pointers = await containerPointers(context, path)
  const goesOn = (path[0]?.parentId ?? null) !== null
  return { pointers, incomplete: goesOn || pointers.length < path.length }
}

/** The answer of EnumerateAncestors. */
export function ancestorsReply({ pointers, incomplete }: Ancestors): HostReply {
  return jsonReply(
    { AncestorsWithRootFirst: pointers },
    incomplete ? { [HEADERS.enumerationIncomplete]: 'true' } : {},
  )
}
