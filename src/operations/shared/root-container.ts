import { type Linking, type Pointer, requireAddress } from './browsing.ts'
import type { CommonContext } from './operation.ts'

/**
 * Where a user's root container is. What the user may do there is not told: only the token for it
 * says that, which CheckContainerInfo is asked with.
 *
 * @throws WopiError NOT_FOUND when the user has no right to see it
 */
export async function rootContainerInfo(
  context: Linking & Pick<CommonContext, 'tree'>,
  { userId }: { userId: string },
): Promise<{ ContainerPointer: Pointer }> {
  const { containerId, name } = await context.tree.root({ userId })
  return {
    ContainerPointer: { Name: name, Url: await requireAddress(context, { containerId }) },
  }
}
