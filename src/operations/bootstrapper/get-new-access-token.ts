import type { Resource } from '../../ports/access.ts'
import { WopiError } from '../../protocol/errors.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { coauthOf, type Features } from '../shared/features.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { type BootstrapperContext, defineBootstrapperOperation } from '../shared/operation.ts'
import { resourceAt } from '../shared/wopi-src.ts'
import { bootstrapInfo } from './bootstrap-info.ts'

/** GetNewAccessToken: a token for a file or container whose former token has run out. */
export const getNewAccessToken = defineBootstrapperOperation({
  name: 'GetNewAccessToken',
  route: { method: 'POST', path: '/wopibootstrapper', override: OVERRIDES.getNewAccessToken },

  read: ({ header }) => ({ wopiSrc: header(HEADERS.wopiSrc) }),

  async run({ wopiSrc }, context) {
    const resource = wopiSrc === undefined ? undefined : resourceAt(context.links, wopiSrc)
    // Checks the right first: users cannot make the host look up or adopt documents that they may
    // not see.
    const token = resource && (await context.issue(resource))
    const found = token && (await find(context, resource))
    if (!found)
      throw new WopiError('NOT_FOUND', {
        detail: 'X-WOPI-WopiSrc names no file or container of this host',
      })
    return {
      Bootstrap: await bootstrapInfo(context),
      AccessTokenInfo: {
        AccessToken: token.accessToken,
        AccessTokenExpiry: token.accessTokenTtl,
      },
      ...(found.endPoints && { EndPoints: found.endPoints }),
    }
  },

  reply: jsonReply,
})

async function find(
  context: BootstrapperContext,
  { fileId, containerId }: Resource,
): Promise<{ endPoints?: object } | undefined> {
  const { services, tree, features } = context
  if (fileId !== undefined) {
    const found = await services.findDocument(fileId, context)
    return found && { ...endPoints(features, found.document) }
  }
  return containerId !== undefined && (await tree.container(containerId)) ? {} : undefined
}

/** The same as in CheckFileInfo (page "GetNewAccessToken", CSPP Plus). */
function endPoints(features: Features, file: { name: string }): { endPoints?: object } {
  const coauth = coauthOf(features, file)
  if (!coauth) return {}
  const { realTimeChannelEndpointUrl, officeCollaborationServiceEndpointUrl } = coauth
  return {
    endPoints: {
      RealTimeChannelEndpointUrl: realTimeChannelEndpointUrl,
      OfficeCollaborationServiceEndpointUrl: officeCollaborationServiceEndpointUrl,
    },
  }
}
