import { checkContainerInfoProperties } from '../../protocol/check-container-info.ts'
import type { InfoProperties } from '../../protocol/check-file-info.ts'
import { mayBrowse } from '../shared/browsing.ts'
import { withExtraProperties } from '../shared/extra-properties.ts'
import { shareUrlTypesFor } from '../shared/features.ts'
import type { ContainerContext } from '../shared/operation.ts'

/** What clients are told of a container for which the grant holds, with the application's additions. */
export async function containerInfo(
  context: Omit<ContainerContext, 'container'>,
  { containerId, name, parentId }: ContainerContext['container'],
  sessionContext?: string,
): Promise<InfoProperties> {
  const { features, grant } = context
  const { pages, licence } = features
  const has = (permission: 'create' | 'rename' | 'delete') => grant.permissions.has(permission)
  const properties = checkContainerInfoProperties({
    name,
    hostUrl: pages.container?.({ containerId, name, userId: grant.userId }),
    shareUrlTypes: shareUrlTypesFor(pages, has('create')),
    isEduUser: licence?.isEduUser ?? false,
    isBusinessUser: licence?.isBusinessUser ?? false,
    may: {
      create: mayBrowse(context) && has('create'),
      rename: has('rename'),
      delete: has('delete') && parentId !== null,
    },
  })
  const request = {
    containerId,
    name,
    grant,
    ...(sessionContext !== undefined && { sessionContext }),
  }
  return withExtraProperties(properties, await features.properties?.(request))
}
