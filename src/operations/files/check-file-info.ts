import { versionOf } from '../../content/state/version.ts'
import { checkFileInfoProperties, type InfoProperties } from '../../protocol/check-file-info.ts'
import type { FileFacts } from '../../protocol/check-file-info-properties.ts'
import { extensionOf } from '../../protocol/file-name.ts'
import { HEADERS } from '../../protocol/names.ts'
import { mayBrowse } from '../shared/browsing.ts'
import { withExtraProperties } from '../shared/extra-properties.ts'
import { coauthOf, shareUrlTypesFor } from '../shared/features.ts'
import { withToken } from '../shared/links.ts'
import { defineOperation, type OperationContext } from '../shared/operation.ts'

const UTF8 = new TextEncoder()

/** CheckFileInfo: what the file is, what this host can do with it, and what the user may do. */
export const checkFileInfo = defineOperation({
  name: 'CheckFileInfo',
  route: { method: 'GET', path: '/wopi/files/:fileId' },
  permission: 'read',

  read: ({ header }) => ({ sessionContext: header(HEADERS.sessionContext) }),

  async run({ sessionContext }, context) {
    const { file, features, grant } = context
    const properties = checkFileInfoProperties(await gatherFacts(context))
    const { fileId, name } = file
    const request = { fileId, name, grant, ...(sessionContext !== undefined && { sessionContext }) }
    return withExtraProperties(properties, await features.properties?.(request))
  },

  reply: (properties: InfoProperties) => ({
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: UTF8.encode(JSON.stringify(properties)),
  }),
})

async function gatherFacts(context: OperationContext): Promise<FileFacts> {
  const { file, features, grant, services } = context
  const abilities = context.tree.can(file)
  const has = (permission: 'write' | 'rename' | 'delete') => grant.permissions.has(permission)
  return {
    name: file.name,
    extension: extensionOf(file.name),
    ownerId: file.ownerId,
    size: file.size,
    version: versionOf(file),
    modifiedAt: file.modifiedAt,
    userId: grant.userId,
    userFriendlyName: grant.displayName,
    userInfo: await services.metadata.readUserInfo(grant.userId),
    isEduUser: features.licence?.isEduUser ?? false,
    isBusinessUser: features.licence?.isBusinessUser ?? false,
    may: {
      write: has('write'),
      create: mayCreate(context),
      rename: has('rename'),
      delete: has('delete'),
      browse: mayBrowse(context) && abilities.containers,
    },
    can: { rename: abilities.rename, delete: abilities.delete },
    shareUrlTypes: shareUrlTypesFor(features.pages, has('write')),
    uploadSessions: features.uploadSessions,
    urls: await urlsOf(context),
    coauth: coauthFacts(context),
  }
}

/** Whether PutRelativeFile is there for this file and token. */
export function mayCreate({
  grant,
  issue,
  tree,
  file,
}: Pick<OperationContext, 'grant' | 'issue' | 'tree' | 'file'>): boolean {
  return issue !== undefined && grant.permissions.has('create') && tree.can(file).create
}

async function urlsOf({
  file,
  features: { pages },
  grant,
  links,
  issue,
}: OperationContext): Promise<FileFacts['urls']> {
  const { fileId, name } = file
  const subject = { fileId, name, userId: grant.userId }
  const token = await issue?.({ fileId, use: 'download' })
  return {
    ...(token && { download: withToken(links.download(fileId), token) }),
    ...(pages.view && { view: pages.view(subject) }),
    ...(pages.edit && grant.permissions.has('write') && { edit: pages.edit(subject) }),
  }
}

function coauthFacts({ features, file, grant, now }: OperationContext): FileFacts['coauth'] {
  const coauth = coauthOf(features, file)
  return (
    coauth && {
      ...coauth,
      sequenceNumber: file.sequenceNumber,
      accessTokenExpiry: grant.expiresAt,
      serverTime: now,
    }
  )
}
